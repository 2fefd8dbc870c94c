import { expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import type { Hook, HookMoment, HookResult, Reading } from '../../src/ports.ts';
import { test as applicationTest } from '../../src/worker/steps/test.ts';
import { failedHooks } from '../../src/worker/steps/hooks.ts';
import { verifyRollback } from '../../src/worker/steps/verify-rollback.ts';
import type { Task } from '../../src/worker/task.ts';
import { storyTo } from '../support/runs.ts';

const ended = (exitCode: number, output = ''): Reading<HookResult> => ({ ok: true, value: { exitCode, ms: 12, output }, source: 'a hook' });

function aHook(title: string, when: readonly HookMoment[], result: Reading<HookResult>, ran: string[]): Hook {
  const run = async () => {
    ran.push(title);
    return result;
  };
  return Object.assign(run, { title, when, aliases: [], timeoutMs: 1_000 });
}

it('R55 runs the smoke tests once each, and says what came of those that did not end with 0', async () => {
  const ran: string[] = [];
  const good = aHook('smoke', ['smoke', 'staging'], ended(0, 'all well'), ran);
  const bad = aHook('journeys', ['smoke'], ended(3, '2 of 9 failed: login\n'), ran);
  const silent = aHook('lost', ['smoke'], { ok: false, why: 'It did not end within 5 min.', source: 'a hook' }, ran);
  const other = aHook('health', ['check'], ended(1), ran);
  const hooks = new Map([good, bad, silent, other].flatMap((hook) => [[hook.title, hook] as const, [`./${hook.title}.sh`, hook] as const]));
  const task = { context: { sources: { hooks } } } as unknown as Task;
  expect(await failedHooks(task, 'smoke')).toEqual([
    'journeys ended with code 3: 2 of 9 failed: login',
    'lost: It did not end within 5 min.',
  ]);
  expect(ran).toEqual(['smoke', 'journeys', 'lost']);
});

it('R55 a target without hooks has none that failed', async () => {
  expect(await failedHooks({ context: { sources: {} } } as unknown as Task, 'smoke')).toEqual([]);
});

it('R79 runs the smoke tests after a rollback, and what they find is told beside the schema and fails nothing', async () => {
  const { run, now } = storyTo('rolling_back');
  const ran: string[] = [];
  const bad = aHook('smoke', ['smoke'], ended(3, '2 of 9 failed: login'), ran);
  const dark = async () => ({ ok: false, why: 'away', source: 'test' });
  const reported: Command[] = [];
  const task = {
    services: { ledger: { now: async () => now }, sha256: (text: string) => text },
    context: {
      target: { fingerprint: async () => ({ hash: run.fingerprint, lines: [] }), validate: async () => [] },
      sources: {
        database: { vitals: dark },
        application: { health: async () => ({ ok: true, value: { status: 200, ms: 4 }, source: 'test' }), metrics: dark },
        hooks: new Map([['smoke', bad]]),
      },
    },
    report: async (command: Command) => {
      reported.push(command);
      return { ok: true };
    },
  } as unknown as Task;
  await verifyRollback({ task, run, signal: new AbortController().signal } as Parameters<typeof verifyRollback>[0]);
  expect(ran).toEqual(['smoke']);
  expect(reported).toMatchObject([
    {
      type: 'record_rolled_back',
      detail:
        'The schema equals the one from before, every validation holds, not confirmed: smoke ended with code 3: 2 of 9 failed: login.',
    },
  ]);
});

it('R62 the hooks of the application tests report each what they said: only code 0 passes, no result is unknown, and a hook that is gone too', async () => {
  const story = storyTo('observing_untested');
  const names = ['lead-capture', 'login', 'tenant-changes', 'gone'];
  const applicationTests = [
    ...names.map((name) => ({ name, kind: 'machine' as const })),
    { name: 'user-registration', kind: 'human' as const },
  ];
  const run = { ...story.run, plan: { ...story.run.plan, applicationTests } };
  const ran: string[] = [];
  const hooks = new Map([
    ['lead-capture', aHook('lead-capture', ['test'], ended(0, '4 leads'), ran)],
    ['login', aHook('login', ['test'], ended(3, 'no cookie'), ran)],
    ['tenant-changes', aHook('tenant-changes', ['test'], { ok: false, why: 'It did not end within 5 min.', source: 'a hook' }, ran)],
    ['smoke', aHook('smoke', ['smoke'], ended(0), ran)],
  ]);
  const reported: Command[] = [];
  const report = async (command: Command) => {
    reported.push(command);
    return { ok: true };
  };
  const task = { context: { sources: { hooks } }, report } as unknown as Task;
  const input = (signal: AbortSignal) => ({ task, run, signal, next: { kind: 'step', step: 'test' } }) as const;
  await applicationTest(input(new AbortController().signal));
  expect(ran).toEqual(['lead-capture', 'login', 'tenant-changes']);
  expect(reported).toEqual([
    {
      type: 'record_tests',
      findings: [
        { test: 'lead-capture', verdict: 'pass', value: 'code 0 after 0.0 s: 4 leads', source: 'a hook' },
        { test: 'login', verdict: 'breach', value: 'code 3 after 0.0 s: no cookie', source: 'a hook' },
        { test: 'tenant-changes', verdict: 'unknown', value: 'It did not end within 5 min.', source: 'a hook' },
        { test: 'gone', verdict: 'unknown', value: 'This hook is not configured any more.', source: 'not configured' },
      ],
    },
  ]);
  expect(await applicationTest(input(AbortSignal.abort()))).toBe(false);
  expect(reported).toHaveLength(1);
});
