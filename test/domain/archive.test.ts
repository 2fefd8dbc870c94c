import { describe, expect, it } from 'vitest';
import { archiveDue, ARCHIVE_WAIT_MS, recoverTo } from '../../src/domain/archive.ts';
import { checklistFor, lineState } from '../../src/domain/checklist.ts';
import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { plus } from '../../src/domain/instant.ts';
import type { Evidence } from '../../src/domain/items.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import { OFFPEAK } from '../../src/domain/people.ts';
import type { Run } from '../../src/domain/run.ts';
import type { Archived, Reading, TargetContext } from '../../src/ports.ts';
import { waitForArchive } from '../../src/worker/steps/archive.ts';
import type { Task } from '../../src/worker/task.ts';
import { aPlan, BASELINE, by, CHECKLIST, evening, PEOPLE, sha256, SOURCES } from '../support/plans.ts';
import { helpfulCommands } from '../support/commands.ts';
import { storyTo } from '../support/runs.ts';

const items = checklistFor([...SOURCES, 'archive'], CHECKLIST);
/** Proved by a backup of 18:48, prepared, with the evidence about the archive that the checklist left. */
function prepared(evidence?: Partial<Evidence>): Run {
  const { run } = storyTo('preparing_ready');
  const entry: Evidence = {
    item: 'archive',
    verdict: 'pass',
    value: '…A2 is archived',
    limit: '',
    source: 'pg_stat_archiver',
    at: evening('17:20'),
    expiresAt: plus(evening('17:20'), 86_400_000),
    actor: OFFPEAK,
    ...evidence,
  };
  return { ...run, plan: { ...run.plan, items }, evidence: { ...run.evidence, archive: entry } };
}
const finished = prepared().backup?.finishedAt ?? '';
const known = (at: string) => prepared({ at, expiresAt: plus(at, 86_400_000) });

describe('M28 R42 the restore point of this run is archived before the first write', () => {
  it('what was known of an earlier backup does not count: the one of preparation is asked about', () => {
    expect(archiveDue(prepared(), evening('18:52'))).toBe(true);
    expect(nextStep(prepared(), evening('18:52'))).toEqual({ kind: 'step', step: 'archive' });
    expect(archiveDue(known(finished), evening('18:52'))).toBe(false);
    expect(nextStep(known(finished), evening('18:52'))).not.toEqual({ kind: 'step', step: 'archive' });
  });

  it('nothing is written before it is known', () => {
    const begin: Command = {
      type: 'begin_migrating',
      baseline: BASELINE,
      fingerprint: aPlan().fingerprint,
      newestSample: evening('19:00'),
    };
    const at = (run: Run) => decide(run, begin, { now: evening('19:00'), actor: OFFPEAK, people: PEOPLE, sha256 });
    expect(at({ ...prepared(), scheduledFor: null })).toMatchObject({ ok: false, refusal: { code: 'out_of_order' } });
    expect(at({ ...known(finished), scheduledFor: null }).ok).toBe(true);
  });

  it('a line that an approver waived is not waited for, and plans of older versions have none', () => {
    const waiver = { by: by('sam'), at: evening('18:50'), expiresAt: evening('23:00'), reason: 'The archive is repaired tomorrow.' };
    const red = prepared({ verdict: 'breach', at: finished });
    expect(archiveDue(red, evening('18:52'))).toBe(true);
    expect(archiveDue({ ...red, waivers: { archive: waiver } }, evening('18:52'))).toBe(false);
    expect(archiveDue(storyTo('preparing_ready').run, evening('18:52'))).toBe(false);
  });

  it('the point that was named counts, and without one the position of the snapshot', () => {
    const { backup } = prepared();
    if (backup === null) throw new Error('no backup');
    expect(recoverTo(backup)).toBe(backup.lsn);
    expect(recoverTo({ ...backup, restorePoint: { missing: 'no right' } })).toBe(backup.lsn);
    expect(recoverTo({ ...backup, restorePoint: { name: 'acme-1', lsn: '0/4000060' } })).toBe('0/4000060');
  });
});

describe('the step that waits for the archive', () => {
  async function step(answer: Reading<Archived>, now: string) {
    const reported: Command[] = [];
    const asked: string[] = [];
    const archived = async (lsn: string) => {
      asked.push(lsn);
      return answer;
    };
    const task = {
      services: { ledger: { now: async () => now } },
      context: { sources: { database: { archived } } } as unknown as TargetContext,
      report: async (command: Command) => {
        reported.push(command);
        return { ok: true };
      },
    } as unknown as Task;
    const run = prepared();
    const moved = await waitForArchive({ task, run, signal: new AbortController().signal } as Parameters<typeof waitForArchive>[0]);
    return { moved, reported, asked, run };
  }
  const not = {
    ok: true,
    source: 'pg_stat_archiver',
    value: { applicable: true, archived: false, words: 'A3 is not archived yet' },
  } as const;
  const soon = plus(finished, 30_000);
  const late = plus(finished, ARCHIVE_WAIT_MS);

  it('waits and says so on the card while there is time, then says what is missing', async () => {
    const waiting = await step(not, soon);
    expect(waiting).toMatchObject({ moved: false, reported: [{ type: 'begin_step', step: 'archive' }], asked: [prepared().backup?.lsn] });
    const { reported, run } = await step(not, late);
    expect(reported).toMatchObject([
      { type: 'record_evidence', evidence: [{ item: 'archive', verdict: 'breach', value: 'A3 is not archived yet' }] },
    ]);
    const [command] = reported;
    if (command === undefined) throw new Error('nothing reported');
    const decision = decide(run, command, { now: late, actor: OFFPEAK, people: PEOPLE, sha256 });
    const held = decision.ok
      ? decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at: late, actor: OFFPEAK }), run)
      : run;
    expect(held).toMatchObject({ state: 'holding', holding: { reason: 'not_green' } });
    expect(held.holding?.detail).toBe('Restore point archived: A3 is not archived yet (limit within 10 min of the backup)');
    expect(lineState(held, 'archive', late)).toBe('fail');
  });

  it.each([
    ['archived', { applicable: true, archived: true, words: 'A3 is archived, the last is A4' }, 'A3 is archived, the last is A4'],
    ['not applicable', { applicable: false }, 'not applicable: this server archives no log'],
  ] as const)('passes at once where it is %s', async (_what, value, words) => {
    const { moved, reported } = await step({ ok: true, source: 'pg_stat_archiver', value }, soon);
    expect(moved).toBe(true);
    expect(reported).toMatchObject([{ type: 'record_evidence', evidence: [{ verdict: 'pass', value: words }] }]);
  });

  it('what cannot be read is asked again, and in the end unknown, which is no pass', async () => {
    const away = { ok: false, source: 'pg_stat_archiver', why: 'The database gave no answer within 2 s.' } as const;
    expect((await step(away, soon)).moved).toBe(false);
    expect((await step(away, late)).reported).toMatchObject([{ evidence: [{ verdict: 'unknown', value: away.why }] }]);
  });
});

it('a plan that asks the archive goes its whole way: checklist, preparation and first write', () => {
  let run = storyTo('checklist', { plan: aPlan({ items }) }).run;
  let now = evening('18:00');
  const steps = new Set<string>();
  for (let turn = 0; turn < 80 && run.state !== 'migrating'; turn += 1) {
    now = plus(now, 5_000);
    const next = nextStep(run, now);
    if (next.kind === 'step') steps.add(`${run.state} ${next.step}`);
    for (const command of helpfulCommands(run, now)) {
      const people = command.type === 'acknowledge_item' ? ['ana', 'sam', 'olga'] : command.type === 'approve' ? ['sam', 'kim'] : ['olga'];
      const work = /^(record|begin)_/.test(command.type);
      for (const actor of work ? [OFFPEAK] : people.map((name) => by(name as 'sam'))) {
        const decision = decide(run, command, { now, actor, people: PEOPLE, sha256 });
        if (decision.ok) run = decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at: now, actor }), run);
      }
    }
  }
  expect(run.state).toBe('migrating');
  expect([...steps].filter((each) => each.endsWith('archive'))).toEqual(['checklist archive', 'preparing archive']);
});
