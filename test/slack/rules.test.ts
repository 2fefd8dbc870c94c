import { priceKind } from '../../src/domain/price.ts';
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ACTIONS, ITEM_ACTIONS, MENU_ACTIONS, parseActionId, readReference } from '../../src/slack/actions.ts';
import { LIMITS } from '../../src/slack/render/limits.ts';
import { messagesOf } from '../../src/slack/render/messages.ts';
import { refusalMessage } from '../../src/slack/render/refusal.ts';
import { STATE_WORDS } from '../../src/slack/render/state-words.ts';
import { pointInTimeSteps } from '../../src/domain/point-in-time.ts';
import { refusalParts, type Refusal } from '../../src/domain/refusal.ts';
import { ENDS, RUN_STATES } from '../../src/domain/run.ts';
import { isStaging } from '../../src/domain/staging.ts';
import { rollbackProved } from '../../src/domain/proof.ts';
import { problemsText } from '../../src/usecases/plan.ts';
import { aBackup, by, evening, PEOPLE } from '../support/runs.ts';
import { MESSAGES, pathOf } from './goldens.ts';
import { ALL_SCENES, buttonsOf, choicesOf, viewOf, wordsOf } from './scenes.ts';

type Golden = { readonly name: string; readonly text: string; readonly blocks: readonly { readonly type: string }[] };

const FOLDER = new URL('golden/', import.meta.url);

function golden(pattern: string): readonly Golden[] {
  return globSync(pattern, { cwd: FOLDER })
    .toSorted()
    .map((name) => ({ name, ...(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Omit<Golden, 'name'>) }));
}

const posted = golden('*.json');
const cards = posted.filter(({ name }) => name.startsWith('card.'));
const answers = golden('answers/*.json');
const views = golden('views/*.json');
const all = [...posted, ...answers, ...views];

/** Every text of a message with the dialogs of its buttons, as it would be read. */
function everyWord(message: Golden): readonly string[] {
  const words: string[] = [];
  const walk = (value: unknown, key: string) => {
    if (typeof value === 'string') {
      if (key === 'text') words.push(value);
    } else if (value !== null && typeof value === 'object') for (const [name, part] of Object.entries(value)) walk(part, name);
  };
  walk(message.blocks, '');
  return words;
}

const at = evening('19:00');
/** Every refusal there is, with what it is about; the compiler finds a code that is missing. */
const EVERY_REFUSAL: { readonly [Code in Refusal['code']]: readonly Extract<Refusal, { code: Code }>[] } = {
  not_permitted: [
    { code: 'not_permitted', who: '@sam, @kim' },
    { code: 'not_permitted', who: 'nobody in the configuration' },
  ],
  wrong_state: RUN_STATES.map((state) => ({ code: 'wrong_state', state: state.replace('_', ' '), command: 'start' })),
  checklist_started: [{ code: 'checklist_started', by: '@nora', at }],
  already_rolling_back: [{ code: 'already_rolling_back', by: '@ana', at }],
  already_approved: [{ code: 'already_approved' }],
  own_plan: [{ code: 'own_plan' }],
  proof_missing: [{ code: 'proof_missing' }],
  plan_changed: [{ code: 'plan_changed' }],
  items_open: [
    { code: 'items_open', items: ['Staging looked at (pending)'] },
    { code: 'items_open', items: ['Connections (expired)'] },
  ],
  approvals_open: [{ code: 'approvals_open', have: 1, want: 2 }],
  peak_hours: [
    { code: 'peak_hours', until: at, next: at },
    { code: 'peak_hours', until: at, next: null },
  ],
  crosses_peak: [{ code: 'crosses_peak', from: at, durationMs: 400, next: at }],
  frozen: [
    { code: 'frozen', reason: 'Christmas', until: at, next: at },
    { code: 'frozen', reason: 'Christmas', until: at, next: null },
  ],
  crosses_freeze: [{ code: 'crosses_freeze', reason: 'Christmas', from: at, durationMs: 400, next: at }],
  window_open: [{ code: 'window_open' }],
  in_the_past: [{ code: 'in_the_past' }],
  evidence_empty: [{ code: 'evidence_empty' }],
  unknown_item: [{ code: 'unknown_item', item: 'moon' }],
  unknown_test: [
    { code: 'unknown_test', test: 'moon', names: ['user-registration'] },
    { code: 'unknown_test', test: 'moon', names: [] },
  ],
  personal_line: [
    { code: 'personal_line', item: 'On-call available', who: '@ana' },
    { code: 'personal_line', item: 'On-call available', who: 'nobody in the configuration' },
  ],
  own_review: [{ code: 'own_review' }],
  own_waiver: [{ code: 'own_waiver' }],
  not_waivable: [{ code: 'not_waivable', item: 'Rollback proved' }],
  not_yours_to_waive: [{ code: 'not_yours_to_waive', item: 'CPU', who: '@olga (operator)' }],
  reason_missing: [{ code: 'reason_missing' }],
  active_run: RUN_STATES.map((state) => ({ code: 'active_run', number: 42, target: 'acme', state: state.replace('_', ' ') })),
  no_run: [{ code: 'no_run', target: 'acme' }],
  nothing_pending: [{ code: 'nothing_pending', target: 'acme' }],
  migrations_unreadable: [
    {
      code: 'migrations_unreadable',
      detail: problemsText([{ path: '0008.sql', line: 2, message: '0008.sql line 2: syntax error\n\nTRIGER' }]),
    },
    { code: 'migrations_unreadable', detail: '0008 has no way back.' },
  ],
  target_unusable: [{ code: 'target_unusable', detail: 'There is no target "x". Configured: acme.' }],
  backup_unproved: [{ code: 'backup_unproved' }],
  out_of_order: [{ code: 'out_of_order' }],
  lost_lease: [{ code: 'lost_lease' }],
  no_backfill: [{ code: 'no_backfill' }],
  repeated: [{ code: 'repeated' }],
  wrong_database: [{ code: 'wrong_database', database: 'acme' }],
  backup_not_proved: [{ code: 'backup_not_proved', backup: 'acme-run42-20261124T184600Z' }],
  unknown_backup: [{ code: 'unknown_backup', backup: 'acme-run42-20261124T184600Z' }],
  restore_not_asked: [{ code: 'restore_not_asked' }],
  second_person: [{ code: 'second_person' }],
  restore_differs: [{ code: 'restore_differs', backup: 'acme-run42-20261124T184600Z' }],
  restore_on_its_way: [{ code: 'restore_on_its_way', provider: 'Supabase', until: at }],
  restore_expired: [{ code: 'restore_expired', by: '@olga', at }],
  restore_impossible: [
    { code: 'restore_impossible', detail: 'Role acme may not create a database. The database was not touched.', remedy: 'mend', steps: [] },
    { code: 'restore_impossible', detail: 'The file is empty. The database was not touched.', remedy: 'another_backup', steps: [] },
    {
      code: 'restore_impossible',
      detail: 'The database postgres must not be renamed.',
      remedy: 'owner',
      steps: pointInTimeSteps(aBackup({ startedAt: at, finishedAt: at })),
    },
  ],
  extended_over: [{ code: 'extended_over', until: at }],
  overtaken: [{ code: 'overtaken', number: 43, state: 'completed' }],
  words_missing: [{ code: 'words_missing' }],
  already_so: [{ code: 'already_so', detail: 'The plan is void already.' }],
  no_twin: [{ code: 'no_twin', target: 'acme' }],
  twin_differs: [{ code: 'twin_differs', detail: '0008_leads_email_domain is applied on staging already.' }],
};
const UNCHANGED = /[Nn]othing (more )?was (changed|started|scheduled|recorded|done)|not (touched|recorded)|changed nothing more/;
const WHAT_NOW =
  /Ask |Give |Make |Mend |Add |Confirm |Choose |Write |Wait |Watch |Read |Use |use |make the plan smaller|finish or cancel|next moment|press again|has to|have to|[Cc]ard shows|card follows|checklist shows|are in the thread|Preparation takes|goes on from there|Stop after this step/;

describe('the rules, over every golden message', () => {
  it('are asked of something', () => {
    expect([cards.length, posted.length, answers.length, views.length].map((count) => count > 10)).toEqual([true, true, true, true]);
    expect(posted.map(({ name }) => name)).toEqual(MESSAGES.map(([scene, key]) => pathOf(scene, key)).toSorted());
  });

  it('R1 a run has one root message, and the channel hears only of the start, the first alert of each rule, a problem with its way back, and the result', () => {
    for (const scene of ALL_SCENES) {
      const messages = messagesOf(viewOf(scene), PEOPLE);
      expect(messages.filter(({ thread }) => !thread).map(({ key }) => key)).toEqual(['card']);
      for (const { key } of messages.filter(({ broadcast }) => broadcast))
        expect(key).toMatch(/^(started|alert:|report|rollback_failed:|problem:|restore:|resolved:)/);
    }
    for (const { name, blocks } of posted.filter((message) => /^(started|report)/.test(message.name)))
      expect(wordsOf({ blocks }).length, name).toBeLessThan(600);
  });

  it.each(cards)('R2 $name has a header of state, number, name and target, and is short', ({ blocks }) => {
    const [first] = blocks as readonly { type: string; text: { text: string } }[];
    expect(first?.type).toBe('header');
    const [, emoji, word] = /^(\S+) ([A-Z][a-z ]+) · #42 \S+( \(\+\d\))? · acme$/u.exec(first?.text.text ?? '') ?? [];
    expect(Object.values(STATE_WORDS)).toContainEqual({ emoji, word });
    expect(blocks.length).toBeLessThanOrEqual(LIMITS.cardBlocks);
    expect(wordsOf({ blocks }).length).toBeLessThanOrEqual(LIMITS.cardText);
    expect(buttonsOf({ blocks }).length + (choicesOf({ blocks }).length > 0 ? 1 : 0)).toBeLessThanOrEqual(LIMITS.cardButtons);
  });

  it('R2 every posted message has at most twelve blocks, and no card has SQL', () => {
    for (const { name, blocks } of posted) expect(blocks.length, name).toBeLessThanOrEqual(LIMITS.cardBlocks);
    const sql = viewOf('planned').run.plan.migrations.flatMap((migration) => migration.statements.map((statement) => statement.sql));
    for (const card of cards) for (const statement of sql) expect(JSON.stringify(card), card.name).not.toContain(statement);
  });

  it('R3 no message has check boxes, machine lines have no button, and what is over has none that changes anything', () => {
    for (const message of posted) expect(JSON.stringify(message.blocks), message.name).not.toMatch(/"checkboxes"|"radio_buttons"/);
    for (const message of posted.filter(({ name }) => name.startsWith('checklist.')))
      for (const { action_id } of buttonsOf(message))
        expect([...ITEM_ACTIONS, 'acknowledge', 'confirm_available', 'ask_waive', 'run_drill']).toContain(parseActionId(action_id)?.action);
    for (const [scene, key] of MESSAGES) {
      const message = posted.find(({ name }) => name === pathOf(scene, key));
      if (message === undefined || !ENDS.includes(viewOf(scene).run.state)) continue;
      // The twin of a staging run may be given back at any time.
      const back = isStaging(viewOf(scene).run) ? ['roll_back'] : [];
      for (const { action_id } of buttonsOf(message))
        expect(['view_sql', 'open_report', 'write_lessons', 'report_problem', ...back], message.name).toContain(action_id);
      expect(choicesOf(message)).toEqual([]);
    }
  });

  it('R4 Roll back now is one click only under an alert with a proved way back that loses nothing; otherwise its dialog names target, effect, proof and price', () => {
    let asked = 0;
    for (const scene of ALL_SCENES) {
      const { run, price } = viewOf(scene);
      const burning = Object.values(run.alerts).some((alert) => alert.clearedAt === null);
      const free =
        burning && run.rehearsal !== null && rollbackProved(run.rehearsal) && priceKind(price ?? { migrations: [] }) === 'lossless';
      const buttons = messagesOf(viewOf(scene), PEOPLE).flatMap(buttonsOf);
      for (const { confirm } of buttons.filter(({ action_id }) => action_id === 'roll_back')) {
        expect(confirm === undefined, scene).toBe(free);
        if (confirm === undefined) continue;
        asked += 1;
        expect(confirm).toMatchObject({ style: 'danger', title: { text: expect.stringContaining('#42 on acme') } });
        expect(confirm.text.text).toMatch(/acme.*(proved by|PROVED by|schema)/s);
      }
    }
    expect(asked).toBeGreaterThan(10);
  });

  it('R5 every refusal leads to the current card', () => {
    for (const { name, blocks } of answers.filter((answer) => answer.name.includes('refused')))
      expect(wordsOf({ blocks }), name).toMatch(/<https:\S+\|Current card of run #42>/);
  });

  it.each(posted)('R8 $name carries only opaque ids, a version, and a digest, a moment or a backup', (message) => {
    for (const { action_id, value } of buttonsOf(message)) {
      expect(ACTIONS).toContain(parseActionId(action_id)?.action);
      expect(value).toMatch(/^run:[0-9a-f-]{36}:v\d+(:([0-9a-f]{64}|[0-9TZ:.-]+|acme-[0-9TZ:.-]+|point-in-time))?$/);
    }
    for (const { value } of choicesOf(message)) {
      expect(MENU_ACTIONS).toContain(readReference(value)?.extra);
      expect(value.length).toBeLessThanOrEqual(75);
    }
  });

  it.each(Object.values(EVERY_REFUSAL).flat())(
    'R9 the refusal $code says what failed, whether anything was changed, and what to do',
    (refusal) => {
      const [reason = '', ...rest] = refusalParts(refusal, (instant) => instant);
      const words = [reason, ...rest].join(' ');
      expect(reason).toMatch(/^["@A-Z0-9].{15,}[.]$/s);
      expect(words).toMatch(UNCHANGED);
      expect(words).toMatch(WHAT_NOW);
      const message = refusalMessage(refusal, viewOf('migrating').run, { actor: by('sam'), command: 'start', card: null });
      for (const read of [message.text, wordsOf(message)])
        expect([read, UNCHANGED.test(read), WHAT_NOW.test(read)]).toEqual([read, true, true]);
      expect(words).not.toMatch(/ is (checklist|rollback)/);
    },
  );

  it('R9 every refusal and every failure says whether anything was changed', () => {
    const said = UNCHANGED;
    for (const { name, text, blocks } of answers.filter((answer) => /refused|trouble|unknown/.test(answer.name))) {
      expect(wordsOf({ blocks }), name).toMatch(said);
      if (!name.includes('unknown')) expect(text, name).toMatch(said);
    }
  });

  it.each([...posted, ...answers])('R11 $name has a sentence for screen readers, and a name on each button', (message) => {
    const { name, text } = message;
    expect(text).toMatch(/^[@/A-Z0-9].{20,}[.!?…]$/s);
    expect(text).not.toMatch(/[<>*`]/);
    if (!name.startsWith('answers/')) expect(text).toMatch(/#42 \S+.* · acme/);
    for (const button of buttonsOf(message)) {
      expect(button.accessibility_label).toContain('run #42');
      expect(button.accessibility_label).toContain(button.text.text.replace('…', '').split(' ')[0]);
    }
    for (const { text: choice } of choicesOf(message)) expect(choice.text).toContain('run #42');
  });

  it.each(cards)('R11 $name says in its sentence what to do next', ({ name, text }) => {
    const scene = ALL_SCENES.find((known) => name === `card.${known}.json`) ?? 'planned';
    const { run } = viewOf(scene);
    expect(text.startsWith(`${STATE_WORDS[run.state].word}: run #42 `)).toBe(true);
    expect(text).toMatch(/Next: .+\.|Nothing to do here\./);
  });

  it('R13 people are rung once, in the root, in a hold where they are needed, and stakeholders when a problem is over (R88); nobody rings a channel, and only a failed rollback rings who is here', () => {
    for (const message of all) {
      const words = everyWord(message).join('\n');
      expect(words, message.name).not.toMatch(/<!channel|<!everyone|<!subteam/);
      expect(words.includes('<!here>'), message.name).toBe(message.name.startsWith('rollback_failed.'));
      if (words.includes('<@')) expect(message.name).toMatch(/^(card\.(planned|checklist)|hold\.|presence\.|page\.|resolved\.)/);
    }
  });

  it('R14 every moment in a text is in the zone of its reader, with UTC for what cannot show it', () => {
    let moments = 0;
    for (const message of all) {
      for (const words of everyWord(message)) {
        const tokens = words.match(/<!date\^\d{10}\^[^|>]+\|[^>]+>/g) ?? [];
        moments += tokens.length;
        for (const token of tokens) expect(token, message.name).toMatch(/\|(\d{4}-\d\d-\d\d )?\d\d:\d\d UTC>$/);
        const rest = tokens.reduce((left, token) => left.replace(token, ''), words);
        // Names of backups hold a moment; a dialog and a header know no date tokens and say UTC.
        expect(rest.replaceAll(/`[^`]*`|of acme-\S+/g, ''), message.name).not.toMatch(/\d{4}-\d\d-\d\dT|\b\d\d:\d\d:\d\d/);
      }
    }
    expect(moments).toBeGreaterThan(100);
  });
});
