import type { Evidence } from '../../src/domain/items.ts';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/domain/decide.ts';
import { plus } from '../../src/domain/instant.ts';
import { judgeWindow } from '../../src/domain/window.ts';
import { WORKING } from '../../src/domain/run.ts';
import { LABELS, parseActionId, readReference } from '../../src/slack/actions.ts';
import { rollBackButton } from '../../src/slack/render/buttons.ts';
import { confirmItemModal } from '../../src/slack/render/modals.ts';
import { sqlModal } from '../../src/slack/render/sql-modal.ts';
import { planCard } from '../../src/slack/render/plan-card.ts';
import { refusalMessage, refusalText } from '../../src/slack/render/refusal.ts';
import { fitOf } from '../../src/slack/render/moment.ts';
import { aMigration, aPlan, by, evening, PEOPLE, sha256, storyTo } from '../support/runs.ts';
import { ALL_SCENES, buttonsOf, choicesOf, drawn, LOSSY, messageOf, viewOf, wordsOf } from './scenes.ts';

const labels = (message: { blocks: readonly unknown[] }) => buttonsOf(message).map((button) => button.text.text);
const rollBack = (message: { blocks: readonly unknown[] }) => buttonsOf(message).find((button) => button.action_id === 'roll_back');

describe('the card', () => {
  it.each([
    ['planned', ['Start checklist', 'View SQL', '⋯ Cancel run #42…']],
    ['checklist', ['Start now', 'Schedule…', 'View SQL', '⋯ Cancel run #42…']],
    ['approved', ['Start now', 'Schedule…', 'View SQL', '⋯ Cancel run #42…']],
    ['scheduled', ['Start now', 'View SQL', '⋯ Reschedule run #42…', '⋯ Cancel run #42…']],
    ['preparing', ['Stop after this step', 'Roll back now', "I'm watching", 'View SQL']],
    ['migrating', ['Stop after this step', 'Roll back now · lossless', "I'm watching", 'View SQL']],
    ['migrating_stop_requested', ['Roll back now · lossless', "I'm watching", 'View SQL']],
    ['validating', ['Roll back now · lossless', "I'm watching", 'View SQL']],
    ['observing', ['Roll back now · lossy', "I'm watching", 'Report a problem…', 'View SQL']],
    ['holding', ['Resume', 'Roll back now · lossless', "I'm watching", 'View SQL']],
    ['holding_untouched', ['Resume', 'Roll back now', "I'm watching", 'View SQL', 'Cancel']],
    ['stopping', ['View SQL']],
    ['rolling_back', ['View SQL']],
    ['rollback_failed', ['Roll back now · lossless', 'Restore…', 'Close by hand', 'View SQL']],
    ['holding_problem_later', ['Resume', 'Roll back now · lossless', 'Restore…', "I'm watching", 'View SQL']],
    ['restoring', ['View SQL']],
    ['restored', ['Close with lessons…']],
    ['restored_lessons', []],
    ['completed', ['Report a problem…']],
    ['rolled_back', []],
    ['cancelled', []],
    ['failed', []],
  ] as const)('of %s has the buttons %j', (scene, expected) => {
    const message = messageOf(scene, 'card');
    expect([...labels(message), ...choicesOf(message).map(({ text }) => `⋯ ${text.text}`)]).toEqual(expected);
  });

  it('says what to do about a machine line that does not pass, also while it is scheduled: preparation would hold on it', () => {
    for (const scene of ['scheduled', 'approved'] as const) {
      const view = viewOf(scene);
      const { cpu } = view.run.evidence;
      if (cpu === undefined) throw new Error('the run has no reading');
      const evidence = {
        ...view.run.evidence,
        cpu: { ...cpu, verdict: 'breach', value: '71.3 %', expiresAt: plus(view.now, 60_000) },
      } as const;
      const words = wordsOf(planCard({ ...view, run: { ...view.run, evidence } }, PEOPLE));
      expect(words, scene).toMatch(/\*Next:\* mend CPU, or have it waived in the thread/);
      if (scene === 'scheduled') expect(words).toContain('preparation opens');
    }
    expect(wordsOf(messageOf('holding_untouched', 'card'))).toContain('waived');
  });

  it('offers rollback in every working state (invariant 7)', () => {
    for (const scene of ALL_SCENES) {
      const view = viewOf(scene);
      if (WORKING.includes(view.run.state)) expect(rollBack(planCard(view, PEOPLE)), scene).toBeDefined();
    }
  });

  it('says its state as a word with an emoji, the number, the first migration and the target (R2)', () => {
    expect(wordsOf(messageOf('completed', 'card'))).toMatch(/^✅ Completed · #42 leads_newest_first \(\+1\) · acme/);
  });

  it('shows a digest only once it is the one that is approved: it covers the rehearsal', () => {
    for (const scene of ['planned', 'checklist', 'checklist_revised'] as const)
      for (const { text, blocks } of drawn(viewOf(scene)).values())
        expect(`${text} ${wordsOf({ blocks })}`, scene).not.toMatch(/digest `?[0-9a-f]{12}/);
    expect(wordsOf(messageOf('planned', 'card'))).toContain('digest follows the rehearsal');
    expect(wordsOf(messageOf('checklist_proved', 'card'))).toMatch(/digest `[0-9a-f]{12}`/);
  });

  it('asks in preparation for approvals that have expired, with the button in the thread, and no longer once the first write began', () => {
    expect(messageOf('preparing_expired', 'card').text).toContain('Next: approve again in the thread');
    expect(labels(messageOf('preparing_expired', 'approval'))).toEqual(['Approve', 'View SQL']);
    expect(labels(messageOf('preparing', 'approval'))).toEqual([]);
    expect(labels(messageOf('migrating', 'approval'))).toEqual([]);
  });

  it('R24 says in the dialog of Roll back how long it takes, and never 0 s', () => {
    const { run } = viewOf('migrating');
    const { rehearsal } = run;
    if (rehearsal === null) throw new Error('the run has no rehearsal');
    const quick = { ...rehearsal, migrations: rehearsal.migrations.map((entry) => ({ ...entry, downMs: 90 })) };
    expect(rollBackButton({ run: { ...run, rehearsal: quick } }).confirm?.text.text).toContain('predicted under 1 s');
  });

  it('names the strongest lock of each relation in the words of PostgreSQL, and an unknown shape as unknown', () => {
    expect(wordsOf(messageOf('planned', 'card'))).toContain('ACCESS EXCLUSIVE on public.leads');
    const plan = aPlan();
    const strange = {
      ...plan,
      migrations: plan.migrations.map((m) => ({ ...m, statements: m.statements.map((s) => ({ ...s, known: false })) })),
    };
    expect(wordsOf(messageOf('planned', 'card', { plan: strange }))).toContain('unknown shape');
  });

  it('never carries SQL (R2)', () => {
    for (const scene of ALL_SCENES) expect(wordsOf(messageOf(scene, 'card')), scene).not.toContain('split_part');
  });

  it('says after a revision what changed and that the approvals are void (invariant 3)', () => {
    const view = viewOf('checklist_one_approval');
    const changes = ['0008 was edited.'];
    const words = wordsOf(planCard({ ...view, run: { ...view.run, changes, approvals: [] } }, PEOPLE));
    expect(words).toContain('*What changed:* 0008 was edited. Approvals void.');
    expect(words).toContain('*Approvals* 0 of 2');
  });

  it('rings approvers and on-call in the root, and nobody in the thread but the watcher of a hold (R13)', () => {
    expect(wordsOf(messageOf('planned', 'card'))).toContain('<@U0SAM> <@U0KIM> · on call <@U0ANA>');
    for (const [key, message] of drawn(viewOf('holding'))) {
      if (key !== 'card' && !key.startsWith('hold')) expect(wordsOf(message), key).not.toContain('<@');
    }
  });

  it('shows five metrics with value and limit, and how far the backfill is, while it works (R3)', () => {
    const words = wordsOf(messageOf('migrating', 'card'));
    for (const line of [
      '0.06 % (limit 1 %)',
      '131 ms (limit 142 ms)',
      '34 % (limit 61 %)',
      '3 s (limit 30 s)',
      '1 session (limit 5 sessions)',
    ])
      expect(words).toContain(line);
    const view = viewOf('migrating');
    const filling = {
      ...view,
      progress: { position: 1, doneRows: 84_000, totalRows: 120_000, rowsPerSecond: null, note: '', at: view.now },
    };
    expect(wordsOf(planCard(filling, PEOPLE))).toContain('rows 84,000 of 120,000 · 70 %');
  });

  it('says running only of a unit that runs', () => {
    expect(wordsOf(messageOf('migrating', 'card'))).toContain('⚙️ running · 2/3');
    for (const scene of ['holding', 'stopping', 'rolling_back'] as const) {
      expect(wordsOf(messageOf(scene, 'card')), scene).toContain('✋ begun, not finished · 2/3');
    }
  });

  it('calls a reading that could not be had unknown, never healthy (invariant 10)', () => {
    const view = viewOf('migrating');
    const samples = view.samples.map((sample) => (sample.metric === 'p95' ? { ...sample, value: null, detail: 'HTTP 503' } : sample));
    expect(wordsOf(planCard({ ...view, samples }, PEOPLE))).toContain('unknown: HTTP 503 (limit 142 ms)');
  });
});

describe('Roll back now', () => {
  it('is one click while an alert burns and the rehearsal proved the way back (R4)', () => {
    expect(rollBack(messageOf('migrating_alert', 'card'))?.confirm).toBeUndefined();
    expect(rollBack(messageOf('migrating_alert', 'alert:p95'))?.confirm).toBeUndefined();
  });

  it('asks otherwise, naming the target, the effect and the time (R4)', () => {
    const text = rollBack(messageOf('migrating', 'card'))?.confirm?.text.text ?? '';
    expect(text).toContain('acme');
    expect(text).toContain('proved by the rehearsal, predicted up to 5 s');
    const { run, ...rest } = viewOf('migrating_alert');
    const unproved = planCard({ run: { ...run, rehearsal: null }, ...rest }, PEOPLE);
    expect(rollBack(unproved)?.confirm?.text.text).toContain('NOT proved');
  });

  it('R4 asks under an alert too when rows would lose something, or nobody knows; the button, the dialog and the card say so', () => {
    const view = viewOf('migrating_alert');
    const lossy = planCard({ ...view, price: { at: view.now, migrations: LOSSY } }, PEOPLE);
    expect(rollBack(lossy)?.text.text).toBe('Roll back now · lossy');
    expect(rollBack(lossy)?.confirm?.text.text).toContain('Price now: 84,000 rows lose something.');
    expect(wordsOf(lossy)).toContain('Rolling back now: 84,000 rows lose something');
    const unknown = planCard({ ...view, price: null }, PEOPLE);
    expect(rollBack(unknown)?.text.text).toBe('Roll back now');
    expect(rollBack(unknown)?.confirm?.text.text).toContain('What is lost by it is not known.');
    expect(rollBack(messageOf('migrating_alert', 'card'))?.text.text).toBe('Roll back now · lossless');
  });

  it('says before the first write that nothing was changed', () => {
    expect(rollBack(messageOf('preparing', 'card'))?.confirm?.text.text).toContain('Nothing was changed');
  });
});

describe('a failed rollback', () => {
  it('names what stays in both of its dialogs, and never says that nothing was changed', () => {
    const buttons = buttonsOf(messageOf('rollback_failed', 'card'));
    const dialogs = buttons.flatMap(({ confirm }) => confirm?.text.text ?? []);
    expect(dialogs).toHaveLength(2);
    for (const text of dialogs) {
      expect(text).toContain('what is still applied (0008, 0007)');
      expect(text).not.toContain('Nothing was changed');
    }
  });
});

describe('Schedule…', () => {
  it('names in its dialog the moment that the click schedules, and the domain takes exactly that', () => {
    const { run } = storyTo('approved');
    const now = '2026-11-24T12:00:00.000Z';
    const button = buttonsOf(planCard({ run, now, samples: [], progress: null }, PEOPLE)).find(({ action_id }) => action_id === 'schedule');
    const t0 = readReference(button?.value ?? '')?.extra ?? '';
    expect(t0).toBe(evening('17:00'));
    expect(button?.confirm?.text.text).toContain('Tue 2026-11-24 18:00 Europe/Berlin (2026-11-24 17:00 UTC)');
    const confirmed = decide(
      { ...run, evidence: Object.fromEntries(Object.entries(run.evidence).map(([k, e]) => [k, { ...e, expiresAt: evening('23:00') }])) },
      { type: 'schedule', t0 },
      { now, actor: by('nora'), people: PEOPLE, sha256 },
    );
    expect(confirmed).toMatchObject({ ok: true, happenings: [{ type: 'scheduled', t0 }] });
  });

  it('shows a freeze of the next two weeks before its start, and says what fits behind it', () => {
    const freeze = (from: string, to: string) => ({ kind: 'once', reason: 'Audit <x>', from, to }) as const;
    const withFreeze = (from: string, to: string) => aPlan({ window: { ...aPlan().window, freezes: [freeze(from, to)] } });
    const soon = wordsOf(messageOf('approved', 'card', { plan: withFreeze('2026-12-01T00:00', '2026-12-03T12:00') }));
    expect(soon).toMatch(
      /❄️ \*Freeze\* Audit &lt;x&gt;: from <!date\^\d+\^[^>]+2026-11-30 23:00 UTC> to <!date\^\d+\^[^>]+2026-12-03 11:00 UTC>/,
    );
    const now = wordsOf(messageOf('approved', 'card', { plan: withFreeze('2026-11-24T00:00', '2026-11-26T12:00') }));
    expect(now).toContain('Audit &lt;x&gt;: now, until');
    expect(now).toMatch(/it does not fit now; press \*Schedule…\* for <!date\^\d+\^[^>]+2026-11-26 17:00 UTC>/);
    expect(wordsOf(messageOf('approved', 'card', { plan: withFreeze('2027-01-01T00:00', '2027-01-03T12:00') }))).not.toContain('Freeze');
  });

  it('R37 of a scheduled run counts down by moments, never by minutes: nothing in it ticks', () => {
    const view = viewOf('scheduled');
    const [line = ''] = wordsOf(planCard(view, PEOPLE)).match(/\*Countdown\*.*/) ?? [];
    expect(line.match(/T-15|T-5|T0|T\+15/g)).toEqual(['T-15', 'T-5', 'T0', 'T+15']);
    expect(wordsOf(planCard({ ...view, now: evening('18:40') }, PEOPLE))).toContain(line);
    expect(wordsOf(messageOf('preparing', 'card'))).toMatch(/T-15 .* past · next \*T-5/);
    expect(wordsOf(messageOf('preparing_ready', 'card'))).toMatch(/\*Prepared\.\* Nothing to do until .*\n.*next \*T0/);
  });

  it('agrees with the window about what fits now', () => {
    const view = viewOf('approved');
    expect(fitOf(view)).toEqual({ now: true });
    expect(judgeWindow(view.run.plan.window, '2026-11-24T12:00:00.000Z', 1).open).toBe(false);
  });
});

describe('refusals', () => {
  it('of the window come with the button that schedules the moment they name', () => {
    const { run } = viewOf('approved');
    const next = evening('17:00');
    const message = refusalMessage({ code: 'peak_hours', until: next, next }, run);
    expect(readReference(buttonsOf(message)[0]?.value ?? '')?.extra).toBe(next);
    expect(wordsOf(message)).toContain('<!date^1795539600^{date_short_pretty} {time}|2026-11-24 17:00 UTC>');
    expect(message.text).toContain('2026-11-24 17:00 UTC');
    expect(labels(refusalMessage({ code: 'peak_hours', until: next, next: null }, run))).toEqual([]);
  });

  it('quote files and databases without letting them speak Slack', () => {
    const detail = '0008 line 2: syntax error\n\n<!channel> `DROP`\n\nThe database was not touched.';
    const message = refusalMessage({ code: 'migrations_unreadable', detail }, null);
    expect(wordsOf(message)).not.toContain('<!channel>');
    expect(refusalText({ code: 'already_so', detail: 'x'.repeat(5000) }).length).toBeLessThanOrEqual(2000);
  });
});

describe('words from outside', () => {
  it('cannot ring, link or break out of code, wherever they turn up (T14)', () => {
    const evil = '<!channel> <@U0SAM> `x` & <https://evil.test|click>';
    const plan = aPlan({
      migrations: [aMigration('0009', evil, aPlan().migrations[0]?.statements ?? [], [{ sql: evil, line: 1, inTransaction: true }])],
    });
    const view = viewOf('completed', { plan });
    const evidence = Object.fromEntries(Object.entries(view.run.evidence).map(([key, entry]) => [key, { ...entry, value: evil }]));
    const cpu = { ...evidence['cpu'], verdict: 'breach' } as Evidence;
    const waiver = { by: { ...by('olga'), name: evil }, at: view.now, expiresAt: '2026-11-30T00:00:00.000Z', reason: evil };
    const end = { at: view.now, detail: evil, remaining: [evil] };
    const run = { ...view.run, evidence: { ...evidence, cpu }, waivers: { cpu: waiver }, changes: [evil], end };
    for (const message of drawn({ ...view, run }).values()) {
      expect(JSON.stringify(message.blocks) + message.text).not.toMatch(
        /<!channel>|<@U0SAM>|<https:(?!\/\/acme[.]slack[.]com\/archives\/C0DEPLOYMENTS\/)/,
      );
    }
    expect(JSON.stringify(sqlModal(run))).not.toContain('<!channel>');
  });
});

describe('buttons', () => {
  it('say exactly what the product promises, and carry only ids, a version and a digest, moment or backup (R8)', () => {
    for (const scene of ALL_SCENES) {
      for (const message of drawn(viewOf(scene)).values()) {
        for (const button of buttonsOf(message)) {
          const action = parseActionId(button.action_id)?.action;
          expect(action, button.action_id).toBeDefined();
          // What a rollback costs stands behind its label.
          expect(button.text.text.split(' · ')[0]).toBe(LABELS[action ?? 'cancel']);
          expect(button.value).toMatch(/^run:[0-9a-f-]{36}:v\d+(:([0-9a-f]{64}|[0-9TZ:.-]+|acme-[0-9TZ:.-]+|point-in-time))?$/);
        }
      }
    }
  });

  it('open a modal that asks the question of its line and keeps the run', () => {
    const view = confirmItemModal(viewOf('checklist').run, 'on_call');
    expect(JSON.stringify(view)).toContain('Who is on call tonight');
    expect(readReference(view.private_metadata ?? '')).toMatchObject({ extra: 'on_call' });
  });
});
