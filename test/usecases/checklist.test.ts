import { describe, expect, it } from 'vitest';
import { lineOf } from '../../src/domain/checklist.ts';
import { BUILT_IN } from '../../src/domain/items.ts';
import type { HookMoment, Reading, Sources, TargetContext } from '../../src/ports.ts';
import { check } from '../../src/usecases/check.ts';
import { applicationTestsOf, checklistOf, sourcesOf } from '../../src/usecases/checklist.ts';
import { peopleOnCall } from '../../src/usecases/on-call.ts';
import { lastRestore } from '../../src/usecases/restore-drill.ts';
import { CHECKS } from '../../checks/index.ts';
import { aPlan, CHECKLIST, evening, PEOPLE } from '../support/plans.ts';
import { aRunIn } from '../support/runs.ts';

const none = () => Promise.resolve<Reading<never>>({ ok: false, why: 'nothing', source: 'test' });
const readings = {
  activeUsers: none,
  cpu: none,
  memory: none,
  automatedBackup: none,
  restoreDrill: none,
  onCall: none,
  incidents: none,
  platform: none,
};
const sources = (parts: Partial<Sources>) => ({ database: {}, application: {}, ...parts }) as Sources;

describe('which lines a machine fills', () => {
  it('R19 R30–R32 is decided by the sources that are configured, beside those that are built in', () => {
    expect(sourcesOf({ sources: sources({}) })).toEqual(BUILT_IN);
    expect(sourcesOf({ sources: sources({ readings: { cpu: none } }) })).toEqual([...BUILT_IN, 'cpu']);
    expect(sourcesOf({ sources: sources({ readings, database: { dumps: none } as never }) })).toEqual([
      ...BUILT_IN,
      'other_dumps',
      'cpu',
      'memory',
      'active_users',
      'automated_backup',
      'restore_drill',
      'incidents',
      'platform',
    ]);
  });

  it('R18 on-call is personal when the configuration has somebody, or a source says who', () => {
    const kind = (parts: Partial<TargetContext>) => lineOf({ items: checklistOf({ sources: sources({}), ...parts }) }, 'on_call')?.kind;
    expect(kind({})).toBe('human');
    expect(kind({ checklist: CHECKLIST })).toBe('personal');
    expect(kind({ sources: sources({ readings }) })).toBe('personal');
  });

  it('R61 a hook with when: [test] does the test of its name, a person does any other', () => {
    const hook = (title: string, when: readonly HookMoment[]) => Object.assign(() => none(), { title, when, aliases: [], timeoutMs: 1 });
    const hooks = new Map([
      ['lead-capture', hook('lead-capture', ['test'])],
      ['login', hook('login', ['smoke'])],
    ]);
    const tests = (names: readonly string[]) =>
      applicationTestsOf({ sources: sources({ hooks }), checklist: { ...CHECKLIST, tests: names } });
    expect(tests(['login', 'lead-capture'])).toEqual([
      { name: 'login', kind: 'human' },
      { name: 'lead-capture', kind: 'machine' },
    ]);
    expect(applicationTestsOf({ sources: sources({ hooks }), checklist: CHECKLIST })).toEqual([]);
    expect(applicationTestsOf({ sources: sources({}) })).toEqual([]);
  });

  it('a check without a run reads what has a source, and nothing else', async () => {
    const application = { health: none, metrics: none };
    const database = { connections: none, longQueries: none, replicationLag: none, diskFree: none, latency: none };
    const context = {
      sources: { application, database, readings: { cpu: none } },
      thresholds: aPlan().thresholds,
    } as unknown as TargetContext;
    const ledger = { now: async () => evening('18:00') };
    const found = await check({ ledger, targets: new Map([['acme', context]]), checks: CHECKS }, 'acme');
    expect(found.map(({ item }) => item)).toContain('cpu');
    expect(found.map(({ item }) => item)).not.toContain('memory');
    expect(found).toHaveLength(9);
  });
});

describe('who is on call (R18)', () => {
  it('is known by id or name, and whoever the configuration does not know cannot press a button', () => {
    expect(peopleOnCall(['@Ana', 'U0KIM', 'somebody@example.test'], PEOPLE)).toEqual(['U0KIM', 'U0ANA']);
    expect(peopleOnCall([], PEOPLE)).toEqual([]);
  });
});

describe('the last restore drill (R21)', () => {
  const list = (...scenes: readonly Parameters<typeof aRunIn>[0][]) => ({ list: async () => scenes.map((scene) => aRunIn(scene)) });

  it('is the newest proof of the target in the ledger', async () => {
    const reading = await lastRestore(list('checklist_proved', 'completed', 'planned'), 'acme');
    expect(reading).toMatchObject({ ok: true, value: { restoredAt: evening('18:50'), backup: expect.stringContaining('acme-') } });
  });

  it('is none where no run came so far, and unknown while the ledger does not answer', async () => {
    expect(await lastRestore(list('planned'), 'acme')).toMatchObject({ ok: true, value: { restoredAt: null } });
    const broken = { list: () => Promise.reject(new Error('gone')) };
    expect(await lastRestore(broken, 'acme')).toMatchObject({ ok: false });
  });

  it('is none when the restore failed', async () => {
    const run = aRunIn('checklist_proved');
    const failed = run.rehearsal === null ? run : { ...run, rehearsal: { ...run.rehearsal, restoreError: 'truncated' } };
    expect(await lastRestore({ list: async () => [failed] }, 'acme')).toMatchObject({ ok: true, value: { restoredAt: null } });
  });
});
