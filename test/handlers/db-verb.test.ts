import { expect, it } from 'vitest';
import { migrate } from '../../handlers/migrate.ts';
import type { Reply } from '../../handlers/tools.ts';
import type { Check, DatabaseReadings, TargetContext } from '../../src/ports.ts';
import { wordsOf } from '../slack/scenes.ts';
import { aScene } from './a-visit.ts';

const database: Partial<DatabaseReadings> = {
  connections: async () => ({ ok: true, source: '', value: { used: 5, usable: 97, byState: { active: 2, idle: 3 } } }),
  lockWaits: async () => ({ ok: true, source: '', value: [{ waiter: 12, blockers: [34], seconds: 3.4, application: '<!here>' }] }),
  longQueries: async () => ({ ok: false, source: '', why: 'permission denied' }),
};

function aCheck(item: 'connections' | 'long_queries', verdict: 'pass' | 'unknown'): Check {
  return { item, find: async () => ({ item, verdict, value: '31 %', limit: '< 80 %', source: 'pg_stat_activity' }) } as unknown as Check;
}

async function typed(text: string): Promise<string> {
  const scene = aScene([]);
  const context = { name: 'acme', sources: { database }, thresholds: { longQuerySeconds: 30 } } as unknown as TargetContext;
  const checks = [aCheck('connections', 'pass'), aCheck('long_queries', 'unknown')];
  const services = { ...scene.tools.services, checks, targets: new Map([['acme', context]]), defaultTarget: 'acme' };
  await migrate({ ...scene.tools, services }, scene.slash('nora', text));
  return wordsOf((scene.seen.acks as Reply[])[0] ?? { blocks: [] });
}

it('R96 R98 /migrate db says what offpeak db says: sessions by state, and who waits for whom', async () => {
  const words = await typed('db');
  expect(words).toContain('acme* · health-checks: 1 of 2 not as it must be');
  expect(words).toContain('Connections by state\n  2  active\n  3  idle');
  expect(words).toContain('Waiting for a lock\n  pid 12  3 s  &lt;!here&gt;  behind pid 34');
});

it('R97 /migrate db check-long-queries says what cannot be read instead of "none"', async () => {
  const words = await typed('db check-long-queries acme');
  expect(words).toContain('Older than 30 s\n  UNKNOWN: permission denied');
  expect(words).not.toContain('Connections by state');
});

it('a look or a target that does not exist is answered with those there are', async () => {
  expect(await typed('db locks')).toContain('/migrate db check-long-queries');
  expect(await typed('db replication-lag nowhere')).toContain('There is no target `nowhere`. Configured: `acme`');
});
