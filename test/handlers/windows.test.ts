import { WebAPIPlatformError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { CLICKS, SUBMISSIONS } from '../../handlers/index.ts';
import { submits } from '../../handlers/submitted.ts';
import type { Tools } from '../../handlers/tools.ts';
import { CALLBACKS, parseActionId, readReference } from '../../src/slack/actions.ts';
import type { Run } from '../../src/domain/run.ts';
import { sqlModal } from '../../src/slack/render/sql-modal.ts';
import { planCard } from '../../src/slack/render/plan-card.ts';
import { aPlan, aRunIn, by, evening, PEOPLE, storyTo, type Scene as Story } from '../support/runs.ts';
import { buttonsOf, choicesOf, viewOf, wordsOf } from '../slack/scenes.ts';
import { aScene, type Scene, type Weather } from './a-visit.ts';

function at(story: Story, weather: Weather = {}, options: Parameters<typeof storyTo>[1] = {}) {
  const { run, now } = storyTo(story, options);
  const scene = aScene([run], weather);
  scene.tools.ledger.set(now);
  return { ...scene, run };
}

const platformError = (error: string, messages: readonly string[] = []) =>
  new WebAPIPlatformError({ ok: false, error, response_metadata: { messages: [...messages] } });

describe('a window', () => {
  it.each([
    ['expired_trigger_id', platformError('expired_trigger_id')],
    ['exchanged_trigger_id', platformError('exchanged_trigger_id')],
    ['invalid_arguments', platformError('invalid_arguments', ['[ERROR] `trigger_id` expired'])],
  ])('T7 whose trigger is over (%s) hints to press again, and nothing was done', async (_word, failure) => {
    const { tools, seen, run, click } = at('planned', { failing: ['open'], failure });
    await CLICKS.view_sql(tools, click('nora', run, { action: 'view_sql' }));
    expect(seen.told[0]?.text).toBe(
      '⚠️ The window came too late: Slack waits three seconds for it. Nothing was done. Press the button again.',
    );
  });

  it('T7 whose ledger is slow closes in time and answers afterwards, with what was typed', async () => {
    const { tools, seen, run, submission } = at('migrating');
    const acknowledged = Promise.withResolvers<void>();
    const slow: Tools = { ...tools, membership: () => acknowledged.promise.then(() => 'member') };
    const said = submission('nora', run, { callback: CALLBACKS.confirmItem, extra: 'staging', note: 'Looked at the list.' });
    const listener = submits(({ note, extra }) => ({ type: 'confirm_item', item: extra, note }), 'note', 0);
    await listener(slow, { ...said, ack: (response) => said.ack(response).finally(acknowledged.resolve) });
    expect(seen.acks).toEqual([undefined]);
    expect(wordsOf({ blocks: seen.told[0]?.blocks ?? [] })).toMatch(/This run is migrating.*You had typed:\n```Looked at the list\.```/s);
  });

  it('T7 whose ledger is slow says that it was recorded, once it is', async () => {
    const { tools, seen, run, submission } = at('checklist_proved');
    const acknowledged = Promise.withResolvers<void>();
    const slow: Tools = { ...tools, membership: () => acknowledged.promise.then(() => 'member') };
    const said = submission('nora', run, { callback: CALLBACKS.confirmItem, extra: 'staging', note: 'Looked at the list.' });
    const listener = submits(({ note, extra }) => ({ type: 'confirm_item', item: extra, note }), 'note', 0);
    await listener(slow, { ...said, ack: (response) => said.ack(response).finally(acknowledged.resolve) });
    expect(seen.told[0]?.text).toContain('✅ Recorded for #42');
  });

  it('T22 submitted after the state has changed stays open and says why, and nothing that was typed is lost', async () => {
    const { tools, seen, run, submission } = at('migrating');
    const said = submission('nora', run, { callback: CALLBACKS.confirmItem, extra: 'staging', note: 'Looked.' });
    await SUBMISSIONS[CALLBACKS.confirmItem]?.(tools, said);
    expect(seen.acks).toMatchObject([{ response_action: 'errors', errors: { note: expect.stringContaining('@nora started it') } }]);
  });

  it('T22 Cancel… asks once more, cancels, and says in the window when it came too late', async () => {
    const early = at('approved');
    await CLICKS.ask_cancel(early.tools, early.click('nora', early.run, { action: 'ask_cancel' }));
    expect(early.seen.modals[0]?.callback_id).toBe(CALLBACKS.cancel);
    await SUBMISSIONS[CALLBACKS.cancel]?.(early.tools, early.submission('nora', early.run, { callback: CALLBACKS.cancel }));
    expect((await early.tools.ledger.load(early.run.id))?.state).toBe('cancelled');

    const late = at('migrating');
    await SUBMISSIONS[CALLBACKS.cancel]?.(late.tools, late.submission('nora', late.run, { callback: CALLBACKS.cancel }));
    expect((await late.tools.ledger.load(late.run.id))?.state).toBe('migrating');
    const [ack] = late.seen.acks as readonly { response_action: string; view: { blocks: unknown[] } }[];
    expect(ack?.response_action).toBe('update');
    expect(wordsOf(ack?.view ?? { blocks: [] })).toContain('Nothing was changed.');
  });

  it('R7 Raise the class of… makes a trivial plan one that needs a staging run, for whoever may and never twice', async () => {
    const scene = at('checklist_trivial');
    const { tools, seen, run, submission } = scene;
    const raise = (name: Parameters<typeof submission>[0], note: string) =>
      SUBMISSIONS[CALLBACKS.raise]?.(tools, submission(name, run, { callback: CALLBACKS.raise, note }));
    const raised = async () => (await tools.ledger.load(run.id))?.raised ?? null;
    await raise('guest', 'I say so.');
    expect(seen.acks.at(-1)).toMatchObject({ response_action: 'errors', errors: { note: expect.stringContaining('@nora') } });
    await raise('sam', ' ');
    expect([await raised(), seen.acks.at(-1)]).toMatchObject([null, { response_action: 'errors' }]);
    await raise('sam', 'It is the first table of this kind.');
    expect(seen.acks.at(-1)).toBeUndefined();
    expect(await raised()).toMatchObject({ by: { name: 'sam' }, reason: 'It is the first table of this kind.' });
    await raise('kim', 'Me too.');
    expect(seen.acks.at(-1)).toMatchObject({ errors: { note: expect.stringContaining('non-trivial already: @sam asks for it') } });
  });

  it('R7 Raise the class of… is in the menu of a trivial plan with a twin, and of no other', () => {
    const choices = (story: Story, change: (run: Run) => Run = (run) => run) => {
      const view = viewOf(story);
      return choicesOf(planCard({ ...view, run: change(view.run) }, PEOPLE)).map(({ value }) => readReference(value)?.extra);
    };
    expect(choices('checklist_trivial')).toEqual(['ask_raise', 'ask_cancel']);
    expect(choices('checklist_staging')).toEqual(['ask_cancel']);
    const { at: when, by: who } = aRunIn('checklist_trivial').checklist ?? { at: '', by: by('sam') };
    expect(choices('checklist_trivial', (run) => ({ ...run, raised: { by: who, at: when, reason: 'x' } }))).toEqual(['ask_cancel']);
    const { items } = aPlan();
    expect(choices('checklist_trivial', (run) => ({ ...run, plan: { ...run.plan, ...(items && { items }) } }))).toEqual(['ask_cancel']);
  });

  it('reschedules for the moment that was chosen, or says under the line why it cannot be', async () => {
    const { tools, seen, run, click, submission } = at('scheduled');
    await CLICKS.reschedule(tools, click('nora', run, { action: 'reschedule' }));
    expect(JSON.stringify(seen.modals[0])).toContain('"datetimepicker"');
    const choose = (moment: string) =>
      SUBMISSIONS[CALLBACKS.schedule]?.(tools, submission('nora', run, { callback: CALLBACKS.schedule, moment }));
    await choose('2026-11-25T10:00:00.000Z');
    expect(seen.acks.at(-1)).toMatchObject({ response_action: 'errors', errors: { moment: expect.stringContaining('peak hours') } });
    await choose(evening('20:30'));
    expect((await tools.ledger.load(run.id))?.scheduledFor).toBe(evening('20:30'));
  });
});

/** A plan whose first file has five pages. */
function longRun(): { readonly plan: ReturnType<typeof aPlan> } {
  const plan = aPlan();
  const [first, ...others] = plan.migrations;
  if (first === undefined) throw new Error('no migration');
  const text = Array.from({ length: 500 }, (_, index) => `INSERT INTO t VALUES (${index});\n`).join('');
  return { plan: { ...plan, migrations: [{ ...first, up: { ...first.up, text } }, ...others] } };
}

/** Presses Previous or Next in a SQL window that shows that page. */
async function turn(scene: Scene & { readonly run: Run }, which: 'sql_previous' | 'sql_next', page: number, of: Run = scene.run) {
  const shown = sqlModal(of, page);
  const pressed = buttonsOf(shown).find(({ action_id }) => parseActionId(action_id)?.action === which);
  const click = scene.click('nora', of, { action: which, value: pressed?.value ?? 'none' });
  await CLICKS[which](scene.tools, { ...click, view: { id: 'V1', hash: 'h1', metadata: shown.private_metadata ?? '' }, channel: null });
  return wordsOf(scene.seen.updates.at(-1)?.view ?? { blocks: [] });
}

describe('View SQL', () => {
  it('T14 T26 shows every character of every file, page by page, and each page fits', () => {
    const { run } = at('planned', {}, longRun());
    const pages = Array.from({ length: 9 }, (_, page) => wordsOf(sqlModal(run, page)));
    const seen = pages.map((words) => [...words.matchAll(/```([\s\S]*?)```/g)].map(([, text]) => text).join('\n'));
    const rows = [...new Set(seen.join('\n').match(/VALUES \(\d+\);/g))];
    expect(rows).toHaveLength(500);
    expect(pages[0]).toMatch(/page 1 of \d/);
    expect(buttonsOf(sqlModal(run, 0)).map(({ text }) => text.text)).toEqual(['Next']);
    expect(buttonsOf(sqlModal(run, 99)).map(({ text }) => text.text)).toEqual(['Previous']);
  });

  it('turns to the next page and back, with the hash of the page it replaces', async () => {
    const scene = at('planned', {}, longRun());
    expect(await turn(scene, 'sql_next', 0)).toMatch(/page 2 of/);
    expect(scene.seen.updates[0]).toMatchObject({ view_id: 'V1', hash: 'h1' });
    expect(await turn(scene, 'sql_previous', 2)).toMatch(/page 2 of/);
  });

  it('T22 says that the plan has changed while it was read, and begins anew', async () => {
    const scene = at('planned', {}, longRun());
    const old = { ...scene.run, digest: 'e'.repeat(64) };
    expect(await turn(scene, 'sql_next', 1, old)).toMatch(/The plan has changed while this window was open.*page 1 of/s);
  });

  it.each(['hash_conflict', 'not_found'])('T22 leaves a window alone that was turned or closed meanwhile (%s)', async (word) => {
    const scene = at('planned', { failing: ['update'], failure: platformError(word) }, longRun());
    await turn(scene, 'sql_next', 0);
    expect(scene.seen.told).toEqual([]);
    expect(scene.tools.logged.join()).toContain(word);
  });

  it('T22 says so when a page could not be turned for another reason', async () => {
    const scene = at('planned', { failing: ['update'], failure: platformError('internal_error') }, longRun());
    await turn(scene, 'sql_next', 0);
    expect(scene.seen.told[0]?.text).toContain('Slack did not turn the page. Nothing was changed.');
  });
});
