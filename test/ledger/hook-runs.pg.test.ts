import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Hook, HookResult, Reading, TargetContext } from '../../src/ports.ts';
import { askHook, hookToRun, runHookHere, takeAskedHook } from '../../src/usecases/ask-hook.ts';
import { by, PEOPLE } from '../support/plans.ts';
import { sql } from '../support/postgres.ts';
import { aLedger, type TestLedger } from './a-ledger.ts';

let on: TestLedger;
beforeAll(async () => {
  on = await aLedger();
});
beforeEach(() => sql(on.url, 'TRUNCATE offpeak.hook_run'));
afterAll(async () => {
  await on.drop();
});

const log = { info: () => {}, warn: () => {}, error: () => {} };
const good: Reading<HookResult> = { ok: true, source: 'hook smoke', value: { exitCode: 0, ms: 1_234, output: '24 passed' } };

function site(result: Reading<HookResult> = good, timeoutMs = 1_000) {
  const ran: string[] = [];
  const run = async () => {
    ran.push('smoke');
    return result;
  };
  const smoke: Hook = Object.assign(run, { title: 'smoke', when: ['smoke'] as const, aliases: ['./scripts/smoke-test.sh'], timeoutMs });
  const hooks = new Map([
    ['smoke', smoke],
    ['./scripts/smoke-test.sh', smoke],
  ]);
  const context = { name: 'acme', sources: { hooks } } as unknown as TargetContext;
  const services = { people: () => PEOPLE, ledger: on.ledger, log, targets: new Map([['acme', context]]) };
  return { services, context, smoke, ran };
}

const worker = (name = 'worker-1') => ({ runner: name, signal: new AbortController().signal });

describe('a hook that somebody asks for by name', () => {
  test('is run by a worker, once, and whoever asked in another process reads what it said', async () => {
    const { services, context, smoke, ran } = site();
    const asked = askHook({ services: { ...services, ledger: on.another() }, context, actor: by('olga') }, smoke, 20);
    let taken = null;
    while (taken === null) taken = await takeAskedHook(services, worker());
    await taken.ended;
    expect(await asked).toMatchObject({ ok: true, run: { hook: 'smoke', askedBy: 'U0OLGA', runner: 'worker-1', result: good } });
    expect(await takeAskedHook(services, worker('worker-2'))).toBeNull();
    expect(ran).toEqual(['smoke']);
  });

  test('goes to one of two workers that reach for it at once', async () => {
    const { services, ran } = site();
    await on.ledger.askHook({ target: 'acme', hook: 'smoke', by: 'U0OLGA', waitMs: 60_000 });
    const taken = await Promise.all(['a', 'b', 'c'].map((name) => takeAskedHook({ ...services, ledger: on.another() }, worker(name))));
    for (const each of taken) await each?.ended;
    expect(taken.filter((each) => each !== null)).toHaveLength(1);
    expect(ran).toEqual(['smoke']);
  });

  test('that nobody took in its time is not run hours later, and neither is that of a target nobody here knows', async () => {
    const { services, ran } = site();
    await on.ledger.askHook({ target: 'acme', hook: 'smoke', by: 'U0OLGA', waitMs: -1 });
    await on.ledger.askHook({ target: 'elsewhere', hook: 'smoke', by: 'U0OLGA', waitMs: 60_000 });
    expect(await takeAskedHook(services, worker())).toBeNull();
    expect(ran).toEqual([]);
  });

  test('without a result is no success: what kept it from one is kept', async () => {
    const why = 'The hook smoke did not end within 300 s and was ended.';
    const { services } = site({ ok: false, source: 'hook smoke', why });
    const id = await on.ledger.askHook({ target: 'acme', hook: 'smoke', by: 'U0OLGA', waitMs: 60_000 });
    await (
      await takeAskedHook(services, worker())
    )?.ended;
    expect((await on.ledger.hookRun(id))?.result).toEqual({ ok: false, source: 'hook smoke', why });
    const gone = await on.ledger.askHook({ target: 'acme', hook: 'lost', by: 'U0OLGA', waitMs: 60_000 });
    await (
      await takeAskedHook(services, worker())
    )?.ended;
    expect((await on.ledger.hookRun(gone))?.result).toMatchObject({ ok: false, why: 'The configuration of the worker has no such hook.' });
  });

  test('only the one who runs it says how it ended, and says it once', async () => {
    const id = await on.ledger.askHook({ target: 'acme', hook: 'smoke', by: 'U0OLGA', waitMs: 60_000 });
    expect(await on.ledger.takeHook('one', ['acme'])).toMatchObject({ id, runner: 'one', result: null });
    await on.ledger.endHook(id, 'another', { ok: false, source: '', why: 'not mine' });
    expect((await on.ledger.hookRun(id))?.result).toBeNull();
    await on.ledger.endHook(id, 'one', good);
    await on.ledger.endHook(id, 'one', { ok: false, source: '', why: 'once more' });
    expect((await on.ledger.hookRuns('acme')).map(({ result }) => result)).toEqual([good]);
  });

  test('at the terminal runs there, and is recorded with who asked', async () => {
    const { services, context, smoke, ran } = site();
    const actor = by('olga', 'terminal');
    // A worker that reaches for it meanwhile gets nothing.
    const slow: Hook = Object.assign(
      async () => {
        expect(await takeAskedHook(services, worker())).toBeNull();
        return smoke();
      },
      { title: 'smoke', when: [], aliases: [], timeoutMs: 1_000 },
    );
    expect(await runHookHere({ services, context, actor }, slow, worker('terminal'))).toEqual({ result: good, recorded: true });
    expect(ran).toEqual(['smoke']);
    expect(await on.ledger.hookRuns('acme')).toMatchObject([{ hook: 'smoke', runner: 'terminal', askedBy: 'U0OLGA', result: good }]);
    const away = { ...on.ledger, askHook: () => Promise.reject(new Error('away')) };
    const outage = { services: { ...services, ledger: away }, context, actor };
    expect(await runHookHere(outage, smoke, worker('terminal'))).toEqual({ result: good, recorded: false });
  });

  test('is found by the names of the runbook, and run for operators alone', () => {
    const { services, context, smoke } = site();
    expect(hookToRun({ services, context, actor: by('olga') }, './scripts/smoke-test.sh')).toBe(smoke);
    expect(hookToRun({ services, context, actor: by('olga') }, 'smoke-tests')).toBe(
      'acme has no hook "smoke-tests"; configured: smoke. Nothing was run.',
    );
    expect(hookToRun({ services, context, actor: by('nora') }, 'smoke')).toContain('It may be done by @olga');
  });
});
