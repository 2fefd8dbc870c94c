import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import type { RunEvent } from '../../src/domain/events.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { plus } from '../../src/domain/instant.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import { pagesDue } from '../../src/domain/page.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import { pointInTimeRefused, pointInTimeSteps, recoveryMoment } from '../../src/domain/point-in-time.ts';
import type { Run } from '../../src/domain/run.ts';
import { AFTER, anOffer, by, evening, PEOPLE, sha256, storyTo, SWITCHED } from '../support/runs.ts';

type Said = { readonly run: Run; readonly refusal: string | null };

function says(run: Run, at: string, actor: Actor, command: Command): Said {
  const decision = decide(run, command, { now: at, actor, people: PEOPLE, sha256 });
  if (!decision.ok) return { run, refusal: decision.refusal.code };
  const events = decision.happenings.map((happening): RunEvent => ({ ...happening, at, actor }));
  return { run: events.reduce(evolve, run), refusal: null };
}

const failed = storyTo('rollback_failed').run;
const backup = failed.backup ?? expect.unreachable('the run took a backup');
const asked = storyTo('rollback_failed_in_place_asked').run;
const sent = storyTo('restoring_in_place').run;
const accepted = storyTo('restoring_in_place_accepted').run;
const unsure = storyTo('restoring_in_place_unsure').run;
const at = evening('19:07');
const later = evening('19:08');
const done = { type: 'record_restored', after: AFTER, switched: null, detail: 'taken back' } as const;

describe('F61 when a provider is asked to take the whole database back', () => {
  const span = { earliest: evening('00:00'), latest: evening('19:04') };

  it('only to the second before the backup, which lies before the first write and within what the provider has', () => {
    expect(recoveryMoment({ startedAt: evening('18:46'), serverTime: '2026-11-24T18:46:00.987Z' })).toBe('2026-11-24T18:46:00.000Z');
    expect(pointInTimeRefused(failed, 'Supabase', span)).toBeNull();
    expect(pointInTimeRefused(failed, 'Supabase', { earliest: evening('18:46'), latest: evening('18:46') })).toBeNull();
  });

  it.each([
    ['is not switched on', failed, null],
    ['is switched on for this project at Supabase, and has no moment to go back to yet', failed, 'no moment yet'],
    ['`2026-11-24T18:46:01.000Z` at the earliest', failed, { ...span, earliest: '2026-11-24T18:46:01.000Z' }],
    ['`2026-11-24T18:44:00.000Z` at the latest so far, 2 min before', failed, { ...span, latest: evening('18:44') }],
    ['took no backup', { ...failed, backup: null }, span],
    ['does not lie before its first write', { ...failed, t0: evening('18:45') }, span],
    ['does not lie before its first write', { ...failed, t0: null }, span],
  ] as const)('%s: not asked, with the reason', (words, run, has) => {
    expect(pointInTimeRefused(run, 'Supabase', has)).toContain(words);
  });

  it('where it is not asked, the steps have the reason and the request; where it can be, its name', () => {
    const provider = { provider: 'Supabase', request: 'curl -X POST …' };
    const refused = pointInTimeSteps(backup, { ...provider, why: 'It is not switched on.' }).join('\n');
    expect(refused).toMatch(/Offpeak does not ask Supabase for it: It is not switched on\.\n.*`curl -X POST …`/);
    const possible = pointInTimeSteps(backup, { ...provider, why: null }).join('\n');
    expect(possible).toContain('offpeak restore --backup point-in-time');
    expect(possible).not.toContain('curl');
  });
});

describe('R85 two people, the name typed, and exactly the restore point of the run', () => {
  const asking = (changes: object = {}): Command => ({
    type: 'request_restore',
    backup,
    database: 'acme',
    offer: anOffer(at),
    pointInTime: { provider: 'Supabase', to: recoveryMoment(backup) },
    ...changes,
  });

  it('another moment, another backup or another name is refused', () => {
    expect(says(failed, at, by('olga'), asking()).refusal).toBeNull();
    const later = { provider: 'Supabase', to: plus(recoveryMoment(backup), 1000) };
    expect(says(failed, at, by('olga'), asking({ pointInTime: later })).refusal).toBe('unknown_backup');
    const other = { ...backup, id: 'another', provedAt: at };
    expect(says(failed, at, by('olga'), asking({ backup: other })).refusal).toBe('unknown_backup');
    expect(says(failed, at, by('olga'), asking({ database: 'acme_staging' })).refusal).toBe('wrong_database');
    expect(says(failed, at, by('nora'), asking()).refusal).toBe('not_permitted');
  });

  it('whoever agreed to the backup beside has not agreed to this, and the other way round', () => {
    const agreeing = (backupId: string): Command => ({ type: 'approve_restore', backupId });
    expect(says(asked, at, by('kim'), agreeing(backup.id)).refusal).toBe('restore_differs');
    expect(says(asked, at, by('olga'), agreeing('point-in-time')).refusal).not.toBeNull();
    expect(says(asked, at, by('kim'), agreeing('point-in-time')).run).toMatchObject({ state: 'restoring', restore: { stage: 'loading' } });
    const beside = storyTo('rollback_failed_restore_asked').run;
    expect(says(beside, at, by('kim'), agreeing('point-in-time')).refusal).toBe('restore_differs');
  });
});

describe('F61 the request is sent once, and nobody guesses what became of it', () => {
  it('it is noted before it is sent and never a second time; every worker goes on with the same step', () => {
    expect(sent.restore).toMatchObject({ stage: 'sent', sent: { timeline: 1, accepted: false, unsure: '' } });
    for (const run of [sent, accepted, unsure]) {
      expect(says(run, at, OFFPEAK, { type: 'record_restore_sent', timeline: 1 }).refusal).toBe('out_of_order');
      expect(nextStep(run, at)).toEqual({ kind: 'step', step: 'point_in_time' });
    }
  });

  it('a refusal goes back to where the run stood, with nothing touched; what was accepted or is unsure is not ended by a worker', () => {
    const failure: Command = { type: 'record_restore_failure', detail: 'Supabase answered 403. The database was not touched.' };
    expect(says(sent, at, OFFPEAK, failure).run).toMatchObject({ state: 'rollback_failed', restore: null, end: { of: 'restore' } });
    expect(says(accepted, at, OFFPEAK, failure).refusal).toBe('out_of_order');
    expect(says(unsure, at, OFFPEAK, failure).refusal).toBe('out_of_order');
  });

  it('who looked says that it was not done, once an answer is known or missing, and it may be asked for anew by two people', () => {
    const given: Command = { type: 'give_up_restore' };
    expect(says(sent, at, by('olga'), given).refusal).toBe('already_so');
    expect(says(unsure, at, by('nora'), given).refusal).toBe('not_permitted');
    for (const run of [accepted, unsure]) {
      const back = says(run, later, by('olga'), given);
      expect(back).toMatchObject({ refusal: null, run: { state: 'rollback_failed', restore: null } });
      expect(back.run.end?.detail).toContain('@olga looked');
    }
    expect(says(storyTo('restoring').run, at, by('olga'), given).refusal).toBe('restore_not_asked');
  });

  it('who looked says that it was done although nobody here recognises it: the run ends restored, and says that nothing was confirmed', () => {
    const given: Command = { type: 'give_up_restore', wentBack: true };
    expect(says(unsure, later, by('nora'), given).refusal).toBe('not_permitted');
    expect(says(unsure, at, by('olga'), given).refusal).toBe('restore_on_its_way');
    for (const run of [accepted, unsure]) {
      const done = says(run, later, by('olga'), given);
      expect(done).toMatchObject({ refusal: null, run: { state: 'restored', switched: null } });
      expect(done.run.end?.detail).toMatch(/^@olga looked: Supabase took the whole database back.*not confirmed: /);
      expect(done.run.end?.detail).not.toContain('did not take');
    }
  });

  it('F2 nobody ends it while the request of a paused worker may still be on its way: for a minute', () => {
    const until = plus(sent.restore?.sent?.at ?? '', 60_000);
    const decision = decide(unsure, { type: 'give_up_restore' }, { now: plus(until, -1), actor: by('olga'), people: PEOPLE, sha256 });
    expect(decision).toEqual({ ok: false, refusal: { code: 'restore_on_its_way', provider: 'Supabase', until } });
    expect(says(unsure, until, by('olga'), { type: 'give_up_restore' }).refusal).toBeNull();
  });

  it('what is unsure calls the on-call, again for another reason, stays unsure when told the same, and ends when the database is seen taken back', () => {
    expect(pagesDue(unsure, at)).toMatchObject([{ reason: 'restore_unsure' }]);
    expect(pagesDue(accepted, at)).toEqual([]);
    expect(says(unsure, at, OFFPEAK, { type: 'record_restore_unsure', detail: unsure.restore?.sent?.unsure ?? '' }).refusal).toBe(
      'out_of_order',
    );
    const again = says(unsure, at, OFFPEAK, { type: 'record_restore_unsure', detail: 'Its schema is another one.' }).run;
    expect(again.restore?.sent).toMatchObject({ unsure: 'Its schema is another one.', unsureAt: at });
    const [first] = pagesDue(unsure, at);
    expect(pagesDue(again, at)[0]).toMatchObject({ summary: expect.stringContaining('another one') });
    expect(pagesDue(again, at)[0]?.key).not.toBe(first?.key);
    expect(says(unsure, at, OFFPEAK, { type: 'record_restore_accepted' }).refusal).toBe('out_of_order');
    for (const run of [accepted, unsure]) expect(says(run, at, OFFPEAK, done).run).toMatchObject({ state: 'restored', switched: null });
  });

  it('the stages of a restore beside are none of this one, nor the other way round', () => {
    const agreed = says(asked, at, by('kim'), { type: 'approve_restore', backupId: 'point-in-time' }).run;
    expect(says(agreed, at, OFFPEAK, done).refusal).toBe('out_of_order');
    expect(says(sent, at, OFFPEAK, { ...done, switched: SWITCHED }).refusal).toBe('out_of_order');
    expect(says(agreed, at, OFFPEAK, { type: 'record_restore_loaded', ms: 1 }).refusal).toBe('out_of_order');
    const beside = storyTo('restoring_validated').run;
    expect(says(beside, at, OFFPEAK, done).refusal).toBe('out_of_order');
    expect(says(storyTo('restoring').run, at, OFFPEAK, { type: 'record_restore_sent', timeline: 1 }).refusal).toBe('out_of_order');
  });
});
