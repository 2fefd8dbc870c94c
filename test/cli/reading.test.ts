import { describe, expect, test } from 'vitest';
import type { MachineItem, Verdict } from '../../src/domain/items.ts';
import type { Check, DatabaseReadings, TargetContext } from '../../src/ports.ts';
import { OFFPEAK } from '../../src/domain/people.ts';
import { RUN_STATES } from '../../src/domain/run.ts';
import { evening, VARIANTS } from '../support/runs.ts';
import { aTerminal } from './a-terminal.ts';
import { aWorld, offpeak } from './a-world.ts';

describe('status', () => {
  test('shows a run that works: step, units, readings, watcher and the way back', async () => {
    const { code, out } = await offpeak(aWorld({ scene: 'migrating' }), ['status']);
    expect(code).toBe(0);
    for (const part of [
      '#42 leads_newest_first (+1) · acme, Migrating',
      '1 of 3 applied; in 0008_leads_email_domain',
      '@nora, last heard',
      'UNKNOWN  Error rate',
    ])
      expect(out).toContain(part);
    expect(out).toContain('"offpeak rollback" takes it back at any time');
    expect(out).toContain('worker host:7 alive');
  });

  test('names the lines people confirm by what confirm calls them', async () => {
    const { out } = await offpeak(aWorld({ scene: 'checklist' }), ['status']);
    expect(out).toMatch(/WAITING {2}Stakeholders told \[stakeholders\]/);
    expect(out).toContain('Checklist 1 of 21 pass');
  });

  test('R61 shows the application tests while a run is observed, with whose word each is, and what to type', async () => {
    const { out } = await offpeak(aWorld({ scene: 'observing_tests' }), ['status']);
    expect(out).toMatch(/OPEN +user-registration +a person/);
    expect(out).toMatch(/ok +lead-capture +code 0 after 3\.2 s: 4 forms sent, 4 leads +its hook/);
    expect(out).toMatch(/ok +login +Logged out and in as a demo tenant\. +@nora/);
    expect(out).toContain('"offpeak tested <name> --note …"');
  });

  test('R35 shows a waived line with its reason and who, and whose word a line still waits for', async () => {
    const { out } = await offpeak(aWorld({ scene: 'checklist_waived' }), ['status']);
    expect(out).toMatch(/WAIVED +CPU \[cpu\] +The nightly export runs until 19:30 and takes a core\. +@olga/);
    expect(out).toMatch(/Stakeholders told \[stakeholders\] +said by @sam; waits for @olga/);
    expect(out).toContain('Checklist 16 of 21 pass, 1 of them waived');
  });

  test('fails when the target cannot be read, and says what is unknown', async () => {
    const world = aWorld();
    const { target } = [...world.connection.targets.values()][0] ?? {};
    const broken = world.replaced({ target: { ...target, applied: () => Promise.reject(new Error('acme cannot be reached')) } as never });
    const { code, out } = await offpeak(broken, ['status']);
    expect(code).toBe(1);
    expect(out).toMatch(/Applied {4}unknown\nPending {4}unknown/);
    expect(out).toContain('PROBLEM   acme cannot be reached');
  });

  test.each([...RUN_STATES, ...VARIANTS])('can be read in %s, by people and by programs', async (scene) => {
    const world = aWorld({ scene });
    const text = await offpeak(world, ['status']);
    expect(text).toMatchObject({ code: 0, err: '' });
    expect(text.out).not.toMatch(/undefined|\[object|NaN|null|&lt;|<!date/);
    const json = await offpeak(world, ['status', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ target: 'acme', pending: ['0007_leads_newest_first', '0008_leads_email_domain'] });
  });
});

describe('rollback --dry-run', () => {
  test('R44 shows the down statements of what this run has applied, newest first, with the predicted time, and runs nothing', async () => {
    const world = aWorld({ scene: 'observing' });
    const before = world.run();
    const { code, out } = await offpeak(world, ['rollback', '--dry-run']);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'Rolling back run #42 of acme undoes 2 migrations, newest first; predicted 5 s (rehearsed, times 3):',
        'Price: not known, the target could not be asked.',
        '',
        '0008_leads_email_domain  3 s',
        '  DROP TRIGGER leads_set_email_domain ON leads;',
        '  ALTER TABLE leads DROP COLUMN email_domain;',
        '',
        '0007_leads_newest_first  3 s',
        '  DROP INDEX CONCURRENTLY leads_newest_first_idx;',
        '',
        'Nothing was run.',
      ].join('\n'),
    );
    expect(world.run()).toBe(before);
  });

  test('says what undoing it takes away, as it is counted now', async () => {
    const losses: TargetContext['losses'] = async (migrations) =>
      migrations.map(({ version, name }) => ({
        version,
        name,
        irreversible: false,
        questions: version === '0008' ? [{ line: 2, what: 'values of leads.email_domain', sql: 'SELECT' }] : [],
        answers: version === '0008' ? [{ state: 'counted', rows: 1204 }] : [],
      }));
    const world = aWorld({ scene: 'observing' }).replaced({ losses });
    const { out } = await offpeak(world, ['rollback', '--dry-run']);
    expect(out.split('\n').slice(1, 4)).toEqual([
      'Price: 1,204 rows lose something.',
      '  0008 takes away values of leads.email_domain: 1,204 rows now',
      '',
    ]);
    const json = JSON.parse((await offpeak(world, ['rollback', '--dry-run', '--json'])).out);
    expect(json.price.migrations).toMatchObject([
      { version: '0007', kind: 'lossless', rows: 0 },
      { version: '0008', kind: 'lossy', rows: 1204 },
    ]);
  });

  test('R75 says which migration is applied in part, and leaves out what was not begun or is undone already', async () => {
    const half = JSON.parse((await offpeak(aWorld({ scene: 'migrating' }), ['rollback', '--dry-run', '--json'])).out);
    expect(half.migrations.map(({ version, whole }: { version: string; whole: boolean }) => [version, whole])).toEqual([
      ['0008', false],
      ['0007', true],
    ]);
    const undone = await offpeak(aWorld({ scene: 'rolling_back_half' }), ['rollback', '--dry-run']);
    expect(undone.out).not.toContain('0008_');
    expect((await offpeak(aWorld({ scene: 'rolled_back' }), ['rollback', '--dry-run'])).out).toContain('Run #42 has nothing to undo');
  });

  test('before the first write it shows what would undo the plan', async () => {
    const { out } = await offpeak(aWorld({ scene: 'approved' }), ['rollback', '--dry-run']);
    expect(out).toContain('has changed nothing yet. Once applied, this undoes it');
    expect(out).toContain('DROP INDEX CONCURRENTLY');
  });
});

describe('migrate --dry-run', () => {
  test('R47 shows statements, locks and rehearsed times of the open run', async () => {
    const world = aWorld({ scene: 'approved' });
    const { code, out } = await offpeak(world, ['migrate', '--dry-run']);
    expect(code).toBe(0);
    expect(out).toContain('blocks other schema changes · scans public.leads · SHARE UPDATE EXCLUSIVE on public.leads · 4 s');
    expect(out).toContain('Nothing was run.');
    expect(world.run()?.state).toBe('approved');
  });

  test('draws the plan when there is no run', async () => {
    const world = aWorld();
    const { code, out } = await offpeak(world, ['migrate', '--dry-run', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ plan: { target: 'acme' }, rehearsal: null });
    expect(world.run()).toBeNull();
  });
});

function aCheck(item: MachineItem, verdict: Verdict): Check {
  const finding = { item, verdict, value: '31 %', limit: '< 80 %', source: 'pg_stat_activity' };
  return { item, title: item, failureTitle: item, means: item, unknown: item, find: async () => finding };
}

describe('check and db', () => {
  test.each([
    ['pass', 0, 'ok'],
    ['breach', 1, 'FAILS'],
    ['unknown', 1, 'UNKNOWN'],
  ] as const)('a reading that is %s exits with %d', async (verdict, code, word) => {
    const world = aWorld({ checks: [aCheck('connections', verdict), aCheck('p95', 'pass')] });
    const text = await offpeak(world, ['check']);
    expect(text.code).toBe(code);
    expect(text.out.split('\n')[0]).toMatch(new RegExp(`^${word} +Connections +31 % +< 80 % +pg_stat_activity$`));
    expect(JSON.parse((await offpeak(world, ['check', '--json'])).out)).toHaveLength(2);
  });

  test('R96 R98 db health-checks shows sessions by state and who waits for whom, and only database lines', async () => {
    const database: Partial<DatabaseReadings> = {
      connections: async () => ({ ok: true, source: '', value: { used: 5, usable: 97, byState: { active: 2, idle: 3 } } }),
      lockWaits: async () => ({ ok: true, source: '', value: [{ waiter: 12, blockers: [34], seconds: 3.4, application: 'acme' }] }),
      longQueries: async () => ({ ok: false, source: '', why: 'permission denied' }),
    };
    const world = aWorld({ checks: [aCheck('connections', 'pass'), aCheck('long_queries', 'unknown'), aCheck('p95', 'breach')] });
    const placed = world.replaced({ sources: { database: database as DatabaseReadings, application: {} as never } });
    const health = await offpeak(placed, ['db', 'health-checks']);
    expect(health.code).toBe(1);
    expect(health.out).toContain('Connections by state\n  2  active\n  3  idle');
    expect(health.out).toContain('pid 12  3 s  acme  behind pid 34');
    expect(health.out).not.toContain('p95');
  });

  test('R97 db check-long-queries lists pid, age, state and the query; what cannot be read is unknown and no pass', async () => {
    const query = { pid: 4711, seconds: 64, state: 'idle in transaction', application: 'reporting', query: 'select ? from leads' };
    const placed = (reading: Awaited<ReturnType<DatabaseReadings['longQueries']>>, verdict: 'breach' | 'unknown') => {
      const database: Partial<DatabaseReadings> = { longQueries: async () => reading };
      const world = aWorld({ checks: [aCheck('long_queries', verdict)] });
      return world.replaced({ sources: { database: database as DatabaseReadings, application: {} as never } });
    };
    const long = await offpeak(placed({ ok: true, source: '', value: [query] }, 'breach'), ['db', 'check-long-queries']);
    expect(long.code).toBe(1);
    expect(long.out).toMatch(/Older than 30 s\n.*4711.*64 s.*idle in transaction.*reporting.*select \? from leads/);
    const hidden = placed({ ok: false, source: '', why: 'permission denied' }, 'unknown');
    expect((await offpeak(hidden, ['db', 'check-long-queries'])).out).toContain('Older than 30 s\n  UNKNOWN: permission denied');
    expect(JSON.parse((await offpeak(hidden, ['db', 'check-long-queries', '--json'])).out)).toMatchObject({ queries: { ok: false } });
  });

  test('a check that does not exist is no pass', async () => {
    expect((await offpeak(aWorld(), ['db', 'replication-lag'])).code).toBe(1);
    expect((await offpeak(aWorld(), ['check'])).code).toBe(1);
  });
});

describe('validate, audit, history and logs', () => {
  test('R54 a row that comes back fails', async () => {
    const world = aWorld();
    expect(await offpeak(world, ['validate'])).toMatchObject({ code: 0, err: '' });
    const { target } = [...world.connection.targets.values()][0] ?? {};
    const failing = world.replaced({ target: { ...target, validate: async () => ['0006 line 3: 12 rows'] } as never });
    const { code, out } = await offpeak(failing, ['validate']);
    expect(code).toBe(1);
    expect(out).toContain('FAILS  0006 line 3: 12 rows');
  });

  test('X12 a broken chain fails and names where', async () => {
    const world = aWorld({ scene: 'completed' });
    expect(await offpeak(world, ['audit', 'verify'])).toMatchObject({ code: 0 });
    world.connection.ledger.verify = async () => ({ ok: false, events: 3, head: '', broken: 'position 2: the hash does not fit' });
    const broken = await offpeak(world, ['audit', 'verify']);
    expect(broken.code).toBe(1);
    expect(broken.out).toContain('BROKEN  position 2: the hash does not fit');
  });

  test('history lists runs with how they ended, and R120 the record for programs', async () => {
    const world = aWorld({ scene: 'completed' });
    expect((await offpeak(world, ['history'])).out).toMatch(
      /^#42 {2}Completed {2}2026-11-24 20:15 Europe\/Berlin \(19:15 UTC\) {2}0007, 0008 {2}@nora/,
    );
    const [record] = JSON.parse((await offpeak(world, ['history', '--json'])).out) as readonly unknown[];
    expect(record).toMatchObject({ number: 42, state: 'completed', requester: 'nora', approvers: ['sam', 'kim'], t0: evening('19:00') });
    expect((await offpeak(aWorld(), ['history'])).out).toBe('No run yet.');
  });

  test('logs prints every event of the run once, in plain words', async () => {
    const { code, out } = await offpeak(aWorld({ scene: 'rollback_failed' }), ['logs', '#42']);
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toMatch(
      /^2026-11-24 18:05 Europe\/Berlin \(17:05 UTC\) · planned, digest [0-9a-f]+… · @nora$|· planned, digest/,
    );
    expect(out).not.toMatch(/<!date|&lt;|`|\*/);
    expect(out).toContain('lock timeout');
  });

  test('logs -f goes on until the run is over', async () => {
    const world = aWorld({ scene: 'rolling_back_half' });
    const turns = [
      () => world.say(OFFPEAK, { type: 'record_undone', version: '0007', ms: 5, detail: '' }),
      () =>
        world.say(OFFPEAK, {
          type: 'record_rolled_back',
          after: { error_rate: 0, p95: 1, connections: 0, long_queries: 0, lock_waits: 0 },
          detail: 'Back.',
        }),
    ];
    const { code, out } = await offpeak(world, ['logs', '-f'], aTerminal({ whilePausing: () => turns.shift()?.() }));
    expect(code).toBe(0);
    expect(out.match(/pressed Roll back/g)).toHaveLength(1);
    expect(out.split('\n').at(-1)).toMatch(/Back\./);
  });
});
