import { describe, expect, test } from 'vitest';
import type { Hook, HookResult, HookRun, Reading, TargetContext } from '../../src/ports.ts';
import { evening } from '../support/runs.ts';
import { aWorld, offpeak } from './a-world.ts';

const SIGNALS: AbortSignal[] = [];

/** A world with one hook; what the ledger is told is kept. */
function world(result: Reading<HookResult>, ledger: 'there' | 'away' = 'there') {
  const run = async (signal?: AbortSignal) => {
    if (signal !== undefined) SIGNALS.push(signal);
    return result;
  };
  const hook: Hook = Object.assign(run, {
    title: 'health-checks',
    when: ['check'] as const,
    aliases: ['pnpm db:health-checks'],
    timeoutMs: 1_000,
  });
  const hooks = new Map([hook.title, ...hook.aliases].map((name) => [name, hook] as const));
  const there = aWorld().replaced({ sources: { database: {}, application: {}, hooks } as unknown as TargetContext['sources'] });
  const told: string[] = [];
  const away = () => Promise.reject(new Error('away'));
  const last: HookRun = {
    id: 1,
    target: 'acme',
    hook: hook.title,
    askedBy: 'U0OLGA',
    askedAt: evening('17:00'),
    runner: 'w',
    endedAt: null,
    result,
  };
  Object.assign(there.connection.ledger, {
    askHook: ledger === 'away' ? away : async ({ by }: { by: string }) => told.push(`asked by ${by}`),
    endHook: async (_id: number, _runner: string, { ok }: Reading<HookResult>) => void told.push(`ended ${ok}`),
    hookRuns: ledger === 'away' ? away : async () => [last],
  });
  return { there, told };
}

const ended = (exitCode: number): Reading<HookResult> => ({
  ok: true,
  source: 'hook',
  value: { exitCode, ms: 900, output: 'ok 1\nok 2\n' },
});
const line = ['--as', 'olga', 'hook', 'pnpm db:health-checks'];

describe('offpeak hook', () => {
  test('runs a hook here by an alias of the runbook; its exit code decides ours', async () => {
    const { there, told } = world(ended(0));
    expect(await offpeak(there, line)).toMatchObject({ code: 0, out: 'ok 1\nok 2\nHook health-checks: code 0 after 0.9 s: ok 2', err: '' });
    expect(told).toEqual(['asked by U0OLGA', 'ended true']);
    expect((await offpeak(world(ended(4)).there, line)).code).toBe(1);
    expect(SIGNALS.length).toBeGreaterThan(0);
  });

  test('without a result fails and says why; --json has it whole', async () => {
    const result: Reading<HookResult> = { ok: false, source: 'hook', why: 'It could not be started (ENOENT).' };
    expect(await offpeak(world(result).there, line)).toMatchObject({
      code: 1,
      err: expect.stringContaining('could not be started (ENOENT)'),
    });
    const { out } = await offpeak(world(ended(0)).there, [...line, '--json']);
    expect(JSON.parse(out)).toMatchObject({ hook: 'health-checks', ok: true, value: { exitCode: 0 } });
  });

  test('works while the ledger is away, and says that nothing is recorded', async () => {
    const { code, err } = await offpeak(world(ended(0), 'away').there, line);
    expect({ code, err }).toEqual({ code: 0, err: 'The ledger cannot be reached, so this is recorded nowhere.' });
  });

  test('is refused to whoever is no operator, and for a name that is no hook', async () => {
    const { there, told } = world(ended(0));
    expect(await offpeak(there, ['hook', 'health-checks'])).toMatchObject({ code: 2, err: expect.stringContaining('by @olga') });
    expect(await offpeak(there, ['--as', 'olga', 'hook', 'x'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('configured: health-checks'),
    });
    expect(told).toEqual([]);
  });

  test('hooks are listed with aliases, moments, and what they said last', async () => {
    const { out } = await offpeak(world(ended(1)).there, ['hooks']);
    expect(out).toContain('health-checks  a line of the checklist  also pnpm db:health-checks');
    expect(out).toContain('code 1 after 0.9 s: ok 2');
    expect((await offpeak(world(ended(1), 'away').there, ['hooks'])).code).toBe(0);
    expect((await offpeak(aWorld(), ['hooks'])).out).toContain('acme has no hooks');
  });
});
