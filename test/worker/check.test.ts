import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { checklistFor, healthLines } from '../../src/domain/checklist.ts';
import { plus } from '../../src/domain/instant.ts';
import type { Person } from '../../src/domain/people.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Check, Hook, HookResult, Reading, TargetContext } from '../../src/ports.ts';
import { beginMigrating } from '../../src/worker/steps/begin.ts';
import { checkHealth } from '../../src/worker/steps/check.ts';
import type { Task } from '../../src/worker/task.ts';
import { CHECKS } from '../../checks/index.ts';
import { aPlan, by, CHECKLIST, PEOPLE, SOURCES } from '../support/plans.ts';
import { storyTo } from '../support/runs.ts';

/** A task whose checks all pass; what it reports and logs is kept. */
function aTask(onCall?: () => Promise<Reading<readonly string[]>>, plan?: Plan, hooks?: ReadonlyMap<string, Hook>) {
  const { run, now } = storyTo('checklist', plan === undefined ? {} : { plan });
  const reported: Command[] = [];
  const warned: string[] = [];
  const asked: string[] = [];
  const judgedWith: unknown[] = [];
  const checks = CHECKS.map((check): Check => ({
    ...check,
    find: async (_sources, _thresholds, at, soFar) => {
      asked.push(at);
      judgedWith.push(soFar);
      return { item: check.item, verdict: 'pass', value: 'fine', limit: '', source: 'test' };
    },
  }));
  const log = { info: () => {}, warn: (_fields: object, message: string) => void warned.push(message), error: () => {} };
  const task = {
    services: { checks, ledger: { now: async () => now }, people: () => PEOPLE, log },
    context: {
      sources: { database: {}, application: {}, readings: onCall === undefined ? {} : { onCall }, ...(hooks && { hooks }) },
    } as unknown as TargetContext,
    report: async (command: Command) => {
      reported.push(command);
      return { ok: true };
    },
  } as unknown as Task;
  const step = (signal = new AbortController().signal) => checkHealth({ task, run, signal } as Parameters<typeof checkHealth>[0]);
  return { run, now, step, reported, warned, asked, judgedWith };
}

describe('the health check', () => {
  it('R38 reads the machine lines of the plan, at the ledger\u2019s time', async () => {
    const { run, now, step, reported, asked } = aTask();
    expect(await step()).toBe(true);
    const [recorded] = reported;
    expect(recorded?.type === 'record_evidence' && recorded.evidence.map(({ item }) => item).toSorted()).toEqual(
      healthLines(run.plan).toSorted(),
    );
    expect(new Set(asked)).toEqual(new Set([now]));
  });

  it('R33 gives every check the run, so that the disk is judged with its backup and its rehearsal', async () => {
    const { run, step, judgedWith } = aTask();
    await step();
    expect(new Set(judgedWith)).toEqual(new Set([run]));
  });

  it('R18 records who is on call where a source says it', async () => {
    const { step, reported } = aTask(() => Promise.resolve({ ok: true, value: ['ana', 'nobody'], source: 'test' }));
    await step();
    expect(reported.map(({ type }) => type).toSorted()).toEqual(['record_evidence', 'record_on_call']);
    expect(reported.find(({ type }) => type === 'record_on_call')).toEqual({ type: 'record_on_call', people: ['U0ANA'] });
  });

  it('R18 a source of on-call that does not answer changes nothing, and is logged', async () => {
    const { step, reported, warned } = aTask(() => Promise.resolve({ ok: false, why: 'HTTP 503', source: 'test' }));
    await step();
    expect(reported.map(({ type }) => type)).toEqual(['record_evidence']);
    expect(warned).toEqual(['who is on call could not be read']);
  });
});

describe("the team's executables among the checks (R25 R26 R27)", () => {
  const plan = aPlan({ items: checklistFor([...SOURCES, 'hook:health', 'hook:lost', 'hook:gone'], CHECKLIST) });
  const aHook = (title: string, result: Reading<HookResult>) =>
    Object.assign(async () => result, { title, when: ['check'] as const, aliases: [], timeoutMs: 1_000 });
  const ended = { ok: true, source: 'hook health', value: { exitCode: 3, ms: 1_240, output: 'ok 1\nnot ok 2: pool is full\n\n' } } as const;
  const health = aHook('health', ended);
  const lost = aHook('lost', { ok: false, source: 'hook lost', why: 'It did not end within 5 min.' });
  const hooks = new Map<string, Hook>(
    [health, lost].flatMap((hook) => [[hook.title, hook] as const, [`./${hook.title}.sh`, hook] as const]),
  );

  it('are evidence with code, time and last line; no result is unknown, and so is one that is configured no more', async () => {
    const { step, reported } = aTask(undefined, plan, hooks);
    await step();
    const [recorded] = reported;
    const found = recorded?.type === 'record_evidence' ? recorded.evidence : [];
    const of = (item: string) => found.find((entry) => entry.item === item);
    expect(of('hook:health')).toMatchObject({
      verdict: 'breach',
      value: 'code 3 after 1.2 s: not ok 2: pool is full',
      limit: 'ends with code 0',
    });
    expect(of('hook:lost')).toMatchObject({ verdict: 'unknown', value: 'It did not end within 5 min.' });
    expect(of('hook:gone')).toMatchObject({ verdict: 'unknown', value: 'This hook is not configured any more.' });
    expect(found).toHaveLength(healthLines(plan).length);
  });

  it('say nothing when the run has left meanwhile', async () => {
    const { step, reported } = aTask(undefined, plan, hooks);
    expect(await step(AbortSignal.abort())).toBe(false);
    expect(reported).toEqual([]);
  });
});

describe('T0', () => {
  /** A run that is ready for its first write, with a dump beside it or not. */
  async function begun(verdict: 'pass' | 'breach', waived = false, people: readonly Person[] = PEOPLE) {
    const { run: ready, now } = storyTo('preparing_ready');
    const waiver = { by: by('sam'), at: now, expiresAt: plus(now, 3_600_000), reason: 'The dump is of a replica.' };
    const run = waived ? { ...ready, waivers: { other_dumps: waiver } } : ready;
    const reported: Command[] = [];
    const dumps: Check = {
      item: 'other_dumps',
      title: '',
      failureTitle: '',
      means: '',
      unknown: '',
      find: async () => ({ item: 'other_dumps', verdict, value: '1: dump by pg_dump', limit: 'none', source: 'test' }),
    };
    const ledger = { now: async () => now, recent: async () => [], newest: async () => now };
    const target = { identity: async () => run.plan.identity, fingerprint: async () => ({ hash: run.plan.fingerprint, lines: [] }) };
    const task = {
      services: { checks: [dumps], ledger, sha256: () => 'f', people: () => people },
      context: { sources: { database: {}, application: {} }, target } as unknown as TargetContext,
      lockTarget: async () => true,
      report: async (command: Command) => {
        reported.push(command);
        return { ok: true };
      },
    } as unknown as Task;
    await beginMigrating({ task, run, signal: new AbortController().signal } as Parameters<typeof beginMigrating>[0]);
    return reported.map(({ type }) => type);
  }

  it('R41 holds before the first write when a dump is running at that very moment', async () => {
    expect(await begun('breach')).toEqual(['record_evidence']);
    expect(await begun('pass')).toEqual(['begin_migrating']);
  });

  it('R41 goes on beside a dump that was waived', async () => {
    expect(await begun('breach', true)).toEqual(['begin_migrating']);
    const demoted = PEOPLE.map((person) => (person.name === 'sam' ? { ...person, roles: [] } : person));
    expect(await begun('breach', true, demoted)).toEqual(['record_evidence']);
  });
});
