import { describe, expect, it } from 'vitest';
import { problemsOfBlocks, problemsOfView, tooMuchText } from '../../playground/slack/block-kit/validate.ts';
import type { Plan, Statement } from '../../src/domain/plan.ts';
import { LIMITS, cut, cutLines } from '../../src/slack/render/limits.ts';
import { cancelModal, confirmItemModal, rejectModal, reportModal, scheduleModal } from '../../src/slack/render/modals.ts';
import { sqlModal } from '../../src/slack/render/sql-modal.ts';
import type { UnitRun } from '../../src/domain/run.ts';
import type { RunView } from '../../src/usecases/status.ts';
import { home } from '../../src/slack/render/home.ts';
import { messagesOf, type RenderedMessage } from '../../src/slack/render/messages.ts';
import { aMigration, aPlan, PEOPLE, type Scene } from '../support/runs.ts';
import { aHome } from './a-home.ts';
import { ALL_SCENES, buttonsOf, viewOf, wordsOf } from './scenes.ts';

const LONG = 'leads_of_the_tenant_with_a_very_long_name_🙂_and_<!channel>_`ticks`_&_more';

/** Three hundred statements, names that are too long, five megabytes of SQL, a hazard each (T14). */
function monstrous(): Plan {
  const statements = Array.from({ length: 300 }, (_, index): Statement => ({
    index,
    sql: `ALTER TABLE ${LONG} ADD COLUMN c${index} text -- ${'x<&>`'.repeat(40)}`,
    line: index + 1,
    summary: `ALTER TABLE ${LONG} ADD COLUMN c${index}`,
    locks: [{ relation: `public.${LONG}`, mode: 'ACCESS EXCLUSIVE' }],
    rewrites: [`public.${LONG}`],
    scans: [`public.${LONG}`],
    blocks: 'unknown',
    inTransaction: index % 2 === 0,
    known: false,
    hazards: [{ code: 'rewrite', severity: 'danger', message: `rewrites ${LONG} `.repeat(20), recipe: LONG.repeat(10) }],
  }));
  const down = Array.from({ length: 300 }, (_, index) => ({
    sql: `ALTER TABLE ${LONG} DROP COLUMN c${index}`,
    line: 1,
    inTransaction: true,
  }));
  const huge = aMigration('20261124170500', LONG.repeat(3), statements, down, down);
  const up = { ...huge.up, text: '<`&'.repeat(1_700_000) };
  return aPlan({ migrations: [{ ...huge, up }, ...Array.from({ length: 60 }, (_, index) => aMigration(`9${index}`, LONG, [], down))] });
}

/** A completed run of that plan; no story could tell three hundred units within the watcher's patience. */
function monstrousReport(): RunView {
  const view = viewOf('completed');
  const [unit] = view.run.units;
  const units = Array.from({ length: 300 }, (_, position) => ({
    ...(unit as UnitRun),
    position,
    statements: [{ index: 0, ms: 4, rows: 1, locks: [{ relation: LONG, mode: 'ACCESS EXCLUSIVE' as const }] }],
  }));
  return { ...view, run: { ...view.run, plan: monstrous(), units } };
}

function check(message: RenderedMessage): void {
  expect(problemsOfBlocks(message.blocks, 'message')).toEqual([]);
  expect(tooMuchText(message.blocks)).toBe(false);
  expect(wordsOf(message).length).toBeLessThanOrEqual(LIMITS.messageText);
  expect(message.text.length).toBeGreaterThan(20);
  expect(message.text.length).toBeLessThanOrEqual(LIMITS.text);
  const ids = buttonsOf(message).map((button) => button.action_id);
  expect(new Set(ids).size, 'people click by message and action_id').toBe(ids.length);
  for (const button of buttonsOf(message)) expect(button.accessibility_label).toContain('run #42');
}

function checkCard(message: RenderedMessage): void {
  expect(message.blocks.length).toBeLessThanOrEqual(LIMITS.cardBlocks);
  expect(wordsOf(message).length).toBeLessThanOrEqual(LIMITS.cardText);
  expect(buttonsOf(message).length).toBeLessThanOrEqual(LIMITS.cardButtons);
}

describe("Slack's limits", () => {
  it.each(ALL_SCENES)('%s keeps them in every message, and its card is short (R2)', (scene) => {
    const messages = messagesOf(viewOf(scene), PEOPLE);
    for (const message of messages) check(message);
    if (messages[0] !== undefined) checkCard(messages[0]);
  });

  it.each<Scene>(['planned', 'checklist_one_approval', 'preparing_ready', 'migrating_alert', 'rollback_failed'])(
    '%s of a monstrous plan keeps them too, and says how much is left out (T14)',
    (scene) => {
      const view = viewOf(scene, { plan: monstrous() });
      const [card, ...others] = messagesOf(view, PEOPLE);
      for (const message of [card, ...others]) if (message !== undefined) check(message);
      if (card !== undefined) checkCard(card);
      if (scene === 'planned') expect(wordsOf(card ?? { blocks: [] })).toMatch(/and \d{3} more: View SQL/);
    },
  );

  it('keeps them in the report of a monstrous run', () => {
    const messages = messagesOf(monstrousReport(), PEOPLE);
    for (const message of messages) check(message);
    const report = messages.find((message) => message.key === 'report');
    expect(wordsOf(report ?? { blocks: [] }).length).toBeLessThan(700);
    const details = messages.find((message) => message.key === 'details');
    expect(wordsOf(details ?? { blocks: [] })).toMatch(/and \d{3} more: Open report/);
  });

  it('keeps them with changes, an unreadable file and a long hold', () => {
    const { run, ...rest } = viewOf('checklist_one_approval', { plan: monstrous() });
    const changes = Array.from({ length: 40 }, (_, index) => `0${index}_${LONG}.up.sql changed at line ${index}.`);
    const [card] = messagesOf({ run: { ...run, changes, problem: LONG.repeat(60) }, ...rest }, PEOPLE);
    if (card === undefined) throw new Error('no card');
    check(card);
    checkCard(card);
    const held = viewOf('holding');
    const holding = { reason: 'statement_failed', detail: LONG.repeat(100), since: held.now, from: 'migrating' } as const;
    for (const message of messagesOf({ ...held, run: { ...held.run, holding } }, PEOPLE)) check(message);
  });

  it('keeps them in every modal and on the Home tab', () => {
    const { run } = monstrousReport();
    const history = Array.from({ length: 500 }, (_, index) => `${index} ${LONG.repeat(4)}`);
    const views = [
      confirmItemModal(run, 'staging'),
      rejectModal(run),
      cancelModal(run),
      scheduleModal(run, null),
      sqlModal(run),
      sqlModal(run, 700),
      sqlModal(run, 1_000_000),
      reportModal(run, history),
      reportModal(run, []),
    ];
    const many = Array.from({ length: 30 }, () => viewOf('migrating').run);
    const waiting = many.map((each) => ({ run: each, what: 'approve or reject the plan' }));
    for (const view of [...views, home(aHome({ active: many, waiting, recent: many }))]) {
      expect(problemsOfView(view)).toEqual([]);
      expect(JSON.stringify(view).length).toBeLessThan(250_000);
    }
  });

  it('can fail: a block that is too long is found', () => {
    const block = { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } };
    expect(problemsOfBlocks([block], 'message')).toHaveLength(1);
  });
});

const rest = (left: number) => `and ${left} more`;

describe('cutting', () => {
  it('never leaves half an emoji', () => {
    expect(cut('ab🙂cd', 4)).toBe('ab…');
    expect(cut('abcd', 4)).toBe('abcd');
  });

  it('counts the lines it leaves out, and none when all fit', () => {
    expect(cutLines(['aaaa', 'bbbb', 'cccc'], { max: 18, rest })).toBe('aaaa\nand 2 more');
    expect(cutLines(['aaaa', 'bbbb'], { max: 20, rest })).toBe('aaaa\nbbbb');
  });
});
