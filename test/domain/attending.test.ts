import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { decide, type Decision } from '../../src/domain/decide.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { between, plus, type Instant } from '../../src/domain/instant.ts';
import { dueAt, nextStep } from '../../src/domain/next-step.ts';
import { pagesDue, pagesOver, reasonsToPage } from '../../src/domain/page.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import { presenceDue, watcherSilent } from '../../src/domain/presence.ts';
import type { Run } from '../../src/domain/run.ts';
import { by, evening, PEOPLE, sha256 } from '../support/plans.ts';
import { aRunIn } from '../support/runs.ts';

const MINUTE = 60_000;

/** A migrating run whose watcher spoke last at 19:00. */
function watched(): Run {
  return { ...aRunIn('migrating'), watcher: { actor: by('nora'), seenAt: evening('19:00') } };
}

function asked(run: Run, at: Instant, actor: Actor, command: Command): Decision {
  return decide(run, command, { now: at, actor, people: PEOPLE, sha256 });
}

function said(run: Run, at: Instant, actor: Actor, command: Command): Run {
  const decision = asked(run, at, actor, command);
  if (!decision.ok) throw new Error(`${command.type} was refused: ${JSON.stringify(decision.refusal)}`);
  return decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at, actor }), run);
}

describe('the watcher', () => {
  it('R8 is asked once after a third of the silence, and again only behind the next answer', () => {
    const run = watched();
    expect([presenceDue(run, evening('19:09:59')), presenceDue(run, evening('19:10'))]).toEqual([false, true]);
    const questioned = said(run, evening('19:10'), OFFPEAK, { type: 'ask_presence' });
    expect(presenceDue(questioned, evening('19:29'))).toBe(false);
    expect(asked(questioned, evening('19:11'), OFFPEAK, { type: 'ask_presence' }).ok).toBe(false);
    const answered = said(questioned, evening('19:12'), by('nora'), { type: 'confirm_presence' });
    expect([presenceDue(answered, evening('19:21:59')), presenceDue(answered, evening('19:22'))]).toEqual([false, true]);
  });

  it('R8 hands the watch over to whoever else says to be watching; the same person only goes on', () => {
    const run = watched();
    expect(said(run, evening('19:05'), by('nora'), { type: 'confirm_presence' }).watcher).toEqual({
      actor: by('nora'),
      seenAt: evening('19:05'),
    });
    expect(said(run, evening('19:05'), by('olga'), { type: 'confirm_presence' }).watcher).toEqual({
      actor: by('olga'),
      seenAt: evening('19:05'),
      since: evening('19:05'),
      from: by('nora'),
    });
  });

  it('R8 need not watch a run that waits for the end of peak hours, nor one before its start or behind its end', () => {
    for (const scene of ['checklist', 'scheduled', 'holding_peak_hours', 'holding_freeze', 'completed', 'rolled_back'] as const) {
      const run = { ...aRunIn(scene), watcher: { actor: by('nora'), seenAt: evening('17:00') } };
      expect([scene, presenceDue(run, evening('23:00')), watcherSilent(run, evening('23:00'))]).toEqual([scene, false, false]);
    }
  });
});

describe('a call for the on-call', () => {
  const page = (run: Run, at: Instant, failure: string | null = null): Run => {
    const [due] = pagesDue(run, at);
    if (due === undefined) throw new Error('nobody is to be called');
    return said(run, at, OFFPEAK, { type: 'record_page', page: due, through: 'PagerDuty', failure });
  };

  it('R8 is made once when the watcher stayed silent for longer than the limit, and never at the limit', () => {
    const run = watched();
    expect(pagesDue(run, evening('19:30'))).toEqual([]);
    const late = plus(evening('19:30'), 1);
    expect(pagesDue(run, late).map(({ reason }) => reason)).toEqual(['watcher_silent']);
    const called = page(run, late);
    expect(pagesDue(called, evening('19:40'))).toEqual([]);
    expect(pagesOver(called, evening('19:40'))).toEqual([]);
  });

  it('R8 is over with the answer, and a new silence is a new call', () => {
    const called = page(watched(), evening('19:31'));
    const answered = said(called, evening('19:35'), by('olga'), { type: 'confirm_presence' });
    const [over] = pagesOver(answered, evening('19:35'));
    expect(over?.reason).toBe('watcher_silent');
    const closed = said(answered, evening('19:36'), OFFPEAK, { type: 'record_page_closed', key: over?.key ?? '', failure: null });
    expect(pagesOver(closed, evening('19:36'))).toEqual([]);
    expect(pagesDue(closed, evening('20:06')).map(({ key }) => key)).toEqual([`watcher_silent:${evening('19:35')}`]);
  });

  it('R72 R73 is made when a migration failed, nothing can be seen or the database is away, and not for what waits until morning', () => {
    const reasons = (scene: Parameters<typeof aRunIn>[0]) => {
      const run = aRunIn(scene);
      return reasonsToPage(run, run.holding?.since ?? evening('19:00')).map(({ reason }) => reason);
    };
    for (const scene of [
      'holding_statement_failed',
      'holding_validation_failed',
      'holding_monitor_silent',
      'holding_target_unreachable',
    ] as const)
      expect([scene, reasons(scene)]).toEqual([scene, ['held']]);
    for (const scene of ['holding_paused', 'holding_stopped', 'holding_peak_hours', 'holding_evidence', 'holding_untouched'] as const)
      expect([scene, reasons(scene)]).toEqual([scene, []]);
  });

  it('F54 is made for a rollback that failed, by a worker that has nothing else to do with the run', () => {
    const run = aRunIn('rollback_failed');
    const at = run.end?.at ?? evening('20:00');
    expect(nextStep(run, at)).toEqual({ kind: 'step', step: 'page' });
    expect(dueAt(run, at)).toBe(at);
    const called = page(run, at);
    expect([nextStep(called, at), dueAt(called, at)]).toEqual([{ kind: 'idle' }, null]);
  });

  it('is tried again a minute after it got through to nobody, ten times in all', () => {
    let run = aRunIn('rollback_failed');
    let at = run.end?.at ?? evening('20:00');
    for (let tries = 1; tries <= 10; tries += 1) {
      run = page(run, at, 'PagerDuty could not be reached.');
      expect(run.pages.map(({ attempts }) => attempts)).toEqual([tries]);
      expect(pagesDue(run, plus(at, MINUTE - 1))).toEqual([]);
      if (tries < 10) expect(nextStep(run, at)).toEqual({ kind: 'wait', until: plus(at, MINUTE) });
      at = plus(at, MINUTE);
    }
    expect([pagesDue(run, at), nextStep(run, at)]).toEqual([[], { kind: 'idle' }]);
  });

  it('R80 is made for nothing of a run that is over, though an alert of it never cleared', () => {
    const burning = aRunIn('migrating_alert');
    expect(reasonsToPage(burning, evening('19:01')).map(({ reason }) => reason)).toEqual(['alert']);
    const over = { ...aRunIn('rolled_back'), alerts: burning.alerts };
    expect([reasonsToPage(over, evening('19:30')), pagesDue(over, evening('19:30'))]).toEqual([[], []]);
  });

  it('is closed when the run ends, though nobody answered', () => {
    const called = page(aRunIn('rollback_failed'), evening('20:00'));
    const ended = said(called, evening('20:30'), by('olga'), { type: 'cancel' });
    expect([ended.state, nextStep(ended, evening('20:30'))]).toEqual(['failed', { kind: 'step', step: 'page' }]);
    const closed = said(ended, evening('20:31'), OFFPEAK, { type: 'record_page_closed', key: called.pages[0]?.key ?? '', failure: null });
    expect(dueAt(closed, evening('20:31'))).toBeNull();
  });

  it('R8 at any moment of any history of answers: nobody is called within the limit, and somebody is behind it', () => {
    const answers = fc.array(fc.integer({ min: 1, max: 50 * MINUTE }), { maxLength: 12 });
    fc.assert(
      fc.property(answers, fc.integer({ min: 0, max: 50 * MINUTE }), (gaps, rest) => {
        let run = watched();
        let at = evening('19:00');
        for (const gap of gaps) {
          at = plus(at, gap);
          run = said(run, at, by(gap % 2 === 0 ? 'nora' : 'olga'), { type: 'confirm_presence' });
        }
        const now = plus(at, rest);
        const silent = between(run.watcher?.seenAt ?? at, now) > run.plan.timing.watcherSilenceMs;
        expect(reasonsToPage(run, now).some(({ reason }) => reason === 'watcher_silent')).toBe(silent);
      }),
    );
  });
});
