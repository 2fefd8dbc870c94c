import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { healthLines } from '../../src/domain/checklist.ts';
import { plus } from '../../src/domain/instant.ts';
import type { Check, Reading, TargetContext } from '../../src/ports.ts';
import { beginMigrating } from '../../src/worker/steps/begin.ts';
import { checkHealth } from '../../src/worker/steps/check.ts';
import type { Task } from '../../src/worker/task.ts';
import { CHECKS } from '../../checks/index.ts';
import { by, PEOPLE } from '../support/plans.ts';
import { storyTo } from '../support/runs.ts';

/** A task whose checks all pass; what it reports and logs is kept. */
function aTask(onCall?: () => Promise<Reading<readonly string[]>>) {
  const { run, now } = storyTo('checklist');
  const reported: Command[] = [];
  const warned: string[] = [];
  const asked: string[] = [];
  const checks = CHECKS.map((check): Check => ({
    ...check,
    find: async (_sources, _thresholds, at) => {
      asked.push(at);
      return { item: check.item, verdict: 'pass', value: 'fine', limit: '', source: 'test' };
    },
  }));
  const log = { info: () => {}, warn: (_fields: object, message: string) => void warned.push(message), error: () => {} };
  const task = {
    services: { checks, ledger: { now: async () => now }, people: () => PEOPLE, log },
    context: { sources: { database: {}, application: {}, readings: onCall === undefined ? {} : { onCall } } } as unknown as TargetContext,
    report: async (command: Command) => {
      reported.push(command);
      return { ok: true };
    },
  } as unknown as Task;
  const step = () => checkHealth({ task, run, signal: new AbortController().signal } as Parameters<typeof checkHealth>[0]);
  return { run, now, step, reported, warned, asked };
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

describe('T0', () => {
  /** A run that is ready for its first write, with a dump beside it or not. */
  async function begun(verdict: 'pass' | 'breach', waived = false) {
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
      services: { checks: [dumps], ledger, sha256: () => 'f' },
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
  });
});
