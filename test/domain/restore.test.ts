import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command, HumanCommand } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import type { RunEvent } from '../../src/domain/events.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { plus } from '../../src/domain/instant.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import { pointInTimeSteps } from '../../src/domain/point-in-time.ts';
import { needsLessons } from '../../src/domain/problem.ts';
import { restoreSpaceRefused } from '../../src/domain/restore-space.ts';
import { lostWords } from '../../src/domain/restore.ts';
import type { Run } from '../../src/domain/run.ts';
import { AFTER, aBackup, anOffer, by, evening, PEOPLE, sha256, storyTo, SWITCHED } from '../support/runs.ts';

type Said = { readonly run: Run; readonly refusal: string | null };

function says(run: Run, at: string, actor: Actor, command: Command): Said {
  const decision = decide(run, command, { now: at, actor, people: PEOPLE, sha256 });
  if (!decision.ok) return { run, refusal: decision.refusal.code };
  const events = decision.happenings.map((happening): RunEvent => ({ ...happening, at, actor }));
  return { run: events.reduce(evolve, run), refusal: null };
}

const failed = storyTo('rollback_failed').run;
const own = failed.backup ?? aBackup({ startedAt: evening('18:46'), finishedAt: evening('18:48') });
const asking = (at: string, changes: Partial<Extract<HumanCommand, { type: 'request_restore' }>> = {}): Command => ({
  type: 'request_restore',
  backup: own,
  database: 'acme',
  offer: anOffer(at),
  ...changes,
});
const agreeing: Command = { type: 'approve_restore', backupId: own.id };
const at = evening('19:05');
const asked = says(failed, at, by('olga'), asking(at)).run;

describe('R85 a restore wants two people', () => {
  it('whoever asks types the name of the database, exactly', () => {
    for (const database of ['', 'ACME', 'acme ', 'acme_staging', 'production'])
      expect(says(failed, at, by('olga'), asking(at, { database })).refusal).toBe('wrong_database');
    expect(asked.restore).toMatchObject({ stage: 'asked', by: { name: 'olga' }, approvedBy: null });
    expect(asked.state).toBe('rollback_failed');
    expect(nextStep(asked, at)).not.toMatchObject({ step: 'restore' });
  });

  it('the same person is not a second one, and not everybody may be', () => {
    const onCall = says(failed, at, by('ana'), asking(at)).run;
    expect(says(onCall, at, by('ana'), agreeing).refusal).toBe('second_person');
    expect(says(asked, at, by('nora'), agreeing).refusal).toBe('not_permitted');
    expect(says(failed, at, by('sam'), asking(at)).refusal).toBe('not_permitted');
    for (const name of ['sam', 'kim', 'ana'] as const) {
      const agreed = says(asked, at, by(name), agreeing).run;
      expect(agreed).toMatchObject({ state: 'restoring', restore: { approvedBy: { name }, stage: 'loading' } });
      expect(nextStep(agreed, at)).toEqual({ kind: 'step', step: 'restore' });
    }
  });

  it('agrees to the backup that was seen, while the count of what is lost is young', () => {
    expect(says(asked, at, by('kim'), { type: 'approve_restore', backupId: 'another' }).refusal).toBe('restore_differs');
    expect(says(asked, plus(at, 30 * 60_000), by('kim'), agreeing).refusal).toBeNull();
    expect(says(asked, plus(at, 30 * 60_000 + 1), by('kim'), agreeing).refusal).toBe('restore_expired');
    expect(says(failed, at, by('kim'), agreeing).refusal).toBe('restore_not_asked');
  });

  it('a backup that nothing has proved is refused; one that another restore has proved is not', () => {
    const older = aBackup({ startedAt: evening('12:00'), finishedAt: evening('12:02') });
    expect(says(failed, at, by('olga'), asking(at, { backup: older })).refusal).toBe('backup_not_proved');
    expect(says(failed, at, by('olga'), asking(at, { backup: { ...older, provedAt: evening('12:05') } })).refusal).toBeNull();
  });

  it('invariant 1: no hour and no freeze keeps anybody from it', () => {
    const noon = '2026-11-27T11:00:00.000Z';
    const requested = says(failed, noon, by('olga'), asking(noon));
    expect(requested.refusal).toBeNull();
    expect(says(requested.run, noon, by('kim'), agreeing).run.state).toBe('restoring');
  });

  it('a run that wrote nothing has nothing to go back from', () => {
    for (const scene of ['holding_untouched', 'checklist', 'preparing', 'cancelled'] as const)
      expect(says(storyTo(scene).run, at, by('olga'), asking(at)).refusal).toBe('wrong_state');
  });

  it('two clicks of two people begin one restore', () => {
    const agreed = says(asked, at, by('kim'), agreeing).run;
    expect(says(agreed, at, by('sam'), agreeing).refusal).toBe('already_so');
  });
});

describe('R86 nothing is switched that was not compared', () => {
  const restoring = says(asked, at, by('kim'), agreeing).run;
  const loaded = says(restoring, at, OFFPEAK, { type: 'record_restore_loaded', ms: 90_000 }).run;
  const done: Command = { type: 'record_restored', after: AFTER, switched: SWITCHED, detail: 'live' };

  it('load, compare, switch, in this order', () => {
    expect(says(restoring, at, OFFPEAK, done).refusal).toBe('out_of_order');
    expect(says(restoring, at, OFFPEAK, { type: 'record_restore_compared', failures: [] }).refusal).toBe('out_of_order');
    expect(nextStep(loaded, at)).toEqual({ kind: 'step', step: 'validate_restore' });
    expect(says(loaded, at, OFFPEAK, done).refusal).toBe('out_of_order');
    const compared = says(loaded, at, OFFPEAK, { type: 'record_restore_compared', failures: [] }).run;
    expect(nextStep(compared, at)).toEqual({ kind: 'step', step: 'switch' });
    expect(says(compared, at, OFFPEAK, done).run).toMatchObject({ state: 'restored', switched: SWITCHED });
  });

  it('a copy that does not pass goes back to where the run stood, with what was found and what is still applied', () => {
    const back = says(loaded, at, OFFPEAK, { type: 'record_restore_compared', failures: ['leads has 3 rows instead of 5'] }).run;
    expect(back).toMatchObject({ state: 'rollback_failed', restore: null, end: { remaining: failed.end?.remaining } });
    expect(back.end?.detail).toContain('leads has 3 rows instead of 5');
    expect(back.end?.detail).toContain('Nothing was switched');
    expect(says(back, at, by('olga'), asking(at)).refusal).toBeNull();
    expect(says(back, at, by('olga'), { type: 'roll_back' }).run.state).toBe('stopping');
  });

  it('a failure after a hold holds again, and one during a rollback is for a person to decide', () => {
    const holding = storyTo('holding_problem_later').run;
    const again = says(storyTo('holding_restore_failed').run, at, by('olga'), { type: 'resume' }).run;
    expect(storyTo('holding_restore_failed').run).toMatchObject({ holding: { reason: 'restore_failed', from: holding.holding?.from } });
    expect(again.state).toBe('observing');
    const rolling = storyTo('rolling_back').run;
    const begun = says(says(rolling, at, by('olga'), asking(at)).run, at, by('kim'), agreeing).run;
    const given = says(begun, at, OFFPEAK, { type: 'record_restore_failure', detail: 'no room' }).run;
    expect(given).toMatchObject({ state: 'rollback_failed', end: { detail: 'no room' } });
    expect(given.end?.remaining).toEqual(['0008', '0007']);
  });

  it('over random histories: whoever is restoring was agreed to by a second person who may, and what is restored was compared since', () => {
    const helpful: readonly Command[] = [
      asking(at),
      agreeing,
      { type: 'record_restore_loaded', ms: 1 },
      { type: 'record_restore_compared', failures: [] },
      done,
    ];
    const commands: readonly Command[] = [
      { type: 'record_restore_compared', failures: ['x'] },
      { type: 'record_restore_failure', detail: 'x' },
      { type: 'roll_back' },
      { type: 'resume' },
      { type: 'report_problem', words: 'x' },
    ];
    const command = fc.oneof({ arbitrary: fc.constantFrom(...helpful), weight: 5 }, { arbitrary: fc.constantFrom(...commands), weight: 1 });
    const turn = fc.record({ command, who: fc.constantFrom('olga', 'ana', 'kim', 'nora', 'sam') });
    const scenes = (['rollback_failed', 'observing', 'completed', 'rolling_back', 'holding_problem_later'] as const).map(
      (scene) => storyTo(scene).run,
    );
    const from = fc.constantFrom(...scenes);
    let restored = 0;
    fc.assert(
      fc.property(from, fc.array(turn, { minLength: 20, maxLength: 60 }), (beginning, turns) => {
        let run = beginning;
        let compared = false;
        for (const { command, who } of turns) {
          const before = run;
          const actor = command.type.startsWith('record_') ? OFFPEAK : by(who);
          ({ run } = says(run, at, actor, command));
          if (run === before) continue;
          if (command.type === 'approve_restore') compared = false;
          if (command.type === 'record_restore_compared') compared = command.failures.length === 0;
          if (run.state === 'restoring' || run.state === 'restored') {
            expect(run.restore?.approvedBy).not.toBeNull();
            expect(run.restore?.approvedBy?.id).not.toBe(run.restore?.by.id);
            expect(['U0KIM', 'U0SAM', 'U0ANA']).toContain(run.restore?.approvedBy?.id);
          }
          if (run.state === 'restored') {
            restored += 1;
            expect(compared).toBe(true);
          }
        }
      }),
      { numRuns: 3_000, seed: 20261124 },
    );
    expect(restored).toBeGreaterThan(20);
  });
});

describe('R81 a problem after the change', () => {
  it('holds a run that still works, and opens a finished one again for thirty minutes after its first write', () => {
    const report: Command = { type: 'report_problem', words: 'Leads are missing.' };
    const { run } = storyTo('completed');
    const t0 = run.t0 ?? '';
    const open = says(run, plus(t0, 30 * 60_000), by('ana'), report).run;
    expect(open).toMatchObject({ state: 'holding', holding: { reason: 'problem_reported', from: 'observing' }, end: null });
    expect(says(run, plus(t0, 30 * 60_000 + 1), by('ana'), report).refusal).toBe('extended_over');
    expect(says(storyTo('observing').run, at, by('ana'), report).run.state).toBe('holding');
    expect(says(storyTo('completed').run, at, by('ana'), { ...report, words: ' ' }).refusal).toBe('words_missing');
  });

  it('R82 R83 is looked at once for each report, and then waits for people', () => {
    const reported = storyTo('holding_problem').run;
    expect(nextStep(reported, at)).toEqual({ kind: 'step', step: 'assess' });
    const assessed = says(reported, at, OFFPEAK, { type: 'record_assessment', failures: ['0008 line 1: 3 rows'] }).run;
    expect(nextStep(assessed, at)).toEqual({ kind: 'idle' });
    expect(says(assessed, at, OFFPEAK, { type: 'record_assessment', failures: [] }).refusal).toBe('out_of_order');
    expect(says(assessed, at, by('olga'), { type: 'resume' }).run.state).toBe('observing');
    expect(says(assessed, at, by('olga'), { type: 'roll_back' }).run.state).toBe('stopping');
  });

  it('R81 ends a hold that would have ended by itself: nothing goes on in the middle of it when peak hours are over', () => {
    const held = storyTo('holding_peak_hours').run;
    expect(nextStep(held, evening('23:00'))).toEqual({ kind: 'step', step: 'resume' });
    const reported = says(held, at, by('ana'), { type: 'report_problem', words: 'Leads are missing.' }).run;
    expect(reported.holding).toMatchObject({ reason: 'problem_reported', from: 'migrating' });
    const assessed = says(reported, at, OFFPEAK, { type: 'record_assessment', failures: [] }).run;
    expect(nextStep(assessed, evening('23:00'))).toEqual({ kind: 'idle' });
    expect(says(assessed, evening('23:00'), OFFPEAK, { type: 'resume' }).refusal).toBe('wrong_state');
    expect(says(assessed, evening('23:00'), by('olga'), { type: 'resume' }).run.state).toBe('migrating');
  });

  it('R89 is closed by what was learned, and not before', () => {
    const { run } = storyTo('restored');
    const learn = (lessons: string): Command => ({ type: 'record_lessons', lessons });
    expect(needsLessons(run)).toBe(true);
    expect(says(run, at, by('nora'), learn('  ')).refusal).toBe('words_missing');
    const closed = says(run, at, by('nora'), learn('Drop the trigger on its own.')).run;
    expect(needsLessons(closed)).toBe(false);
    expect(says(closed, at, by('nora'), learn('again')).refusal).toBe('already_so');
    expect(says(storyTo('completed').run, at, by('nora'), learn('none')).refusal).toBe('wrong_state');
  });
});

describe('what is said before the click', () => {
  it('R85 the writes that would be lost, in numbers; unknown is never nothing', () => {
    const { writes } = anOffer(at);
    const words = (changes: Partial<typeof writes>) => lostWords({ writes: { ...writes, ...changes } }, () => '18:45');
    expect(words({})).toBe("1,204 rows inserted, 310 updated, 2 deleted since 18:45 (leads 1,400, events 116), the run's own among them");
    expect(words({ rows: { inserted: 0, updated: 0, deleted: 0 }, most: [] })).toBe('nothing: no row was written since 18:45');
    expect(words({ rows: null, most: [], why: 'the server began to count anew since the backup' })).toBe(
      'everything written since 18:45, not counted: the server began to count anew since the backup (the server wrote 5 MB of log since)',
    );
  });

  it('R33 the disk takes the copy and keeps more than the limit free; exactly the limit is too little', () => {
    const refused = (bytes: number) => restoreSpaceRefused({ disk: { bytes, share: bytes / 100e9 }, needed: 10e9, keepFree: 0.2 });
    expect(refused(30e9 + 1e6)).toBeNull();
    expect(refused(30e9)).toContain('20.0% of it would stay free, and more than 20% must');
    expect(refused(9e9)).toContain('9.0 GB free and the copy beside the live database takes about 10.0 GB');
    expect(restoreSpaceRefused({ disk: null, needed: 10e9, keepFree: 0.2 })).toBeNull();
  });

  it('F61 where only the server’s owner can help: the exact moment, by name, position and clock', () => {
    const steps = pointInTimeSteps({ ...own, serverTime: '2026-11-24T18:46:00.120Z', restorePoint: { name: 'acme-run42', lsn: '0/3A' } });
    expect(steps[0]).toContain('2026-11-24T18:46:00.120Z');
    expect(steps.join('\n')).toMatch(/restore point `acme-run42`[^]*Supabase[^]*Amazon RDS[^]*recovery_target_lsn = '0\/3A2B4C8'/);
  });
});
