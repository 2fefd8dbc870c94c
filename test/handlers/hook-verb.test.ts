import { describe, expect, it } from 'vitest';
import { migrate } from '../../handlers/migrate.ts';
import type { Reply, Tools } from '../../handlers/tools.ts';
import type { Hook, HookRun, Ledger, Reading, HookResult, TargetContext } from '../../src/ports.ts';
import { VERBS } from '../../src/slack/render/help.ts';
import { evening } from '../support/runs.ts';
import { wordsOf } from '../slack/scenes.ts';
import { aScene } from './a-visit.ts';

const failed: Reading<HookResult> = {
  ok: true,
  source: 'hook smoke',
  value: { exitCode: 1, ms: 3_210, output: '<!channel>\n1 of 24 failed' },
};

/** Typed by somebody; the hook ends after some looks at the ledger, and never in this process. */
async function type(name: 'olga' | 'nora' | 'ana', text: string, result: Reading<HookResult> = failed) {
  const scene = aScene([]);
  const never = () => Promise.reject(new Error('a hook ran in the process that answers Slack'));
  const smoke: Hook = Object.assign(never, {
    title: 'smoke',
    when: ['smoke'] as const,
    aliases: ['./scripts/smoke-test.sh'],
    timeoutMs: 1_000,
  });
  const context = {
    name: 'acme',
    sources: {
      hooks: new Map([
        ['smoke', smoke],
        ['./scripts/smoke-test.sh', smoke],
      ]),
    },
  } as unknown as TargetContext;
  const asked: string[] = [];
  let looks = 0;
  const run = (): HookRun => ({
    id: 1,
    target: 'acme',
    hook: 'smoke',
    askedBy: 'U0OLGA',
    askedAt: evening('17:30'),
    runner: 'worker',
    endedAt: null,
    result: (looks += 1) > 2 ? result : null,
  });
  const ledger = {
    ...scene.tools.services.ledger,
    askHook: async ({ hook, by }: { hook: string; by: string }) => asked.push(`${hook} by ${by}`),
    hookRun: async () => run(),
    hookRuns: async () => [{ ...run(), result }],
  } as unknown as Ledger;
  const tools: Tools = { ...scene.tools, services: { ...scene.tools.services, ledger, targets: new Map([['acme', context]]) } };
  await migrate(tools, scene.slash(name, text));
  const [ack] = scene.seen.acks as Reply[];
  return {
    asked,
    order: scene.seen.order,
    ack: wordsOf(ack ?? { blocks: [] }),
    told: scene.seen.told.map((each) => wordsOf(each as never)),
  };
}

describe('/migrate hook', () => {
  it('R48 is acknowledged at once and to its person alone; what the hook says follows when a worker has run it', async () => {
    const { asked, ack, told, order } = await type('olga', 'hook ./scripts/smoke-test.sh');
    expect(ack).toContain('A worker runs the hook');
    expect(asked).toEqual(['smoke by U0OLGA']);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('ended with code *1* after 3.2 s');
    expect(told[0]).toContain('1 of 24 failed');
    expect(told[0]).not.toContain('<!channel>');
    expect(order.indexOf('ack')).toBeLessThan(order.indexOf('respond'));
  });

  it('a hook without a result reads as none, not as a success', async () => {
    const { told } = await type('olga', 'hook acme smoke', { ok: false, source: '', why: 'It did not end within 5 min.' });
    expect(told[0]).toContain('has no result, and that is no success. It did not end within 5 min.');
  });

  it.each(['nora', 'ana'] as const)('is refused to %s: operators alone run hooks', async (name) => {
    const { asked, ack } = await type(name, 'hook smoke');
    expect(ack).toContain('It may be done by @olga');
    expect(asked).toEqual([]);
  });

  it('an unknown name is answered with those there are', async () => {
    const { asked, ack } = await type('olga', 'hook smok');
    expect(ack).toContain('acme has no hook "smok"; configured: smoke. Nothing was run.');
    expect(asked).toEqual([]);
  });

  it('without a name lists them to anybody: aliases, when they run by themselves, and what they said last', async () => {
    const { ack } = await type('ana', VERBS.hook.usage.split(' ')[0] ?? '');
    expect(ack).toContain('`smoke` (also `./scripts/smoke-test.sh`) · runs when a run validates');
    expect(ack).toContain('❌ code 1, asked for by @olga');
  });
});
