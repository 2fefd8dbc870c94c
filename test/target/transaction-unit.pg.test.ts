import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../src/domain/events.ts';
import type { Migration, RelationLock } from '../../src/domain/plan.ts';
import type { Gate, UnitOutcome } from '../../src/ports.ts';
import { connect, sql } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { aMigration, apply, exclusive, unitOf } from './a-migration.ts';
import { lockedTarget, type LockedTarget } from './a-target.ts';

const ADD = aMigration('0002', [{ sql: 'ALTER TABLE leads ADD COLUMN domain text', locks: exclusive('leads') }]);

let it: LockedTarget;
beforeEach(async () => {
  it = await lockedTarget({ lockBudgetMs: 2_000 });
  await sql(
    it.database.url,
    'CREATE TABLE leads (id int PRIMARY KEY, email text); INSERT INTO leads SELECT n, n::text FROM generate_series(1, 1000) n',
  );
});
afterEach(() => it.end());

describe('a transaction unit', () => {
  test('commits its statements, the marker and the history row together, and reports locks that others could see', async () => {
    const migration = aMigration('0002', [
      { sql: 'ALTER TABLE leads ADD COLUMN domain text', locks: exclusive('leads') },
      'CREATE TABLE notes (lead int REFERENCES leads)',
      "UPDATE leads SET domain = 'x' WHERE id <= 10",
    ]);
    const outcome = await apply(it.target, migration);
    expect(outcome).toMatchObject({ result: 'applied', tries: 1 });
    if (outcome.result !== 'applied') return;
    expect(outcome.statements.map(({ index, rows, locks }) => ({ index, rows, locks }))).toEqual([
      { index: 0, rows: null, locks: [{ relation: 'leads', mode: 'ACCESS EXCLUSIVE' }] },
      { index: 1, rows: null, locks: [] },
      { index: 2, rows: 10, locks: [] },
    ]);
    expect(await it.target.applied()).toMatchObject([{ version: '0002', name: 'x', upSha256: migration.up.sha256, runId: 'run-1' }]);
    expect(await sql(it.database.url, 'SELECT position, finished FROM offpeak.marker')).toEqual([{ position: 0, finished: true }]);
  });

  test.for<[string, readonly RelationLock[]]>([
    ['ALTER TABLE leads ADD COLUMN a text', exclusive('leads')],
    ['CREATE TABLE notes (lead int PRIMARY KEY REFERENCES leads)', [{ relation: 'leads', mode: 'SHARE ROW EXCLUSIVE' }]],
    ['CREATE INDEX leads_email ON leads (email)', [{ relation: 'leads', mode: 'SHARE' }]],
    ['ALTER TABLE leads ADD COLUMN number serial', exclusive('leads')],
    ['ALTER TABLE leads ADD UNIQUE (email)', exclusive('leads')],
  ])('in one message reports the locks that others could see, and nothing it made itself: %s', async ([text, locks]) => {
    const outcome = await apply(it.target, aMigration('0002', [{ sql: text, locks }]));
    if (outcome.result !== 'applied') throw new Error(JSON.stringify(outcome));
    expect(outcome.statements.map((statement) => statement.locks)).toEqual([locks]);
    expect(await it.target.applied()).toMatchObject([{ version: '0002', runId: 'run-1' }]);
    expect(await sql(it.database.url, 'SELECT position, finished FROM offpeak.marker')).toEqual([{ position: 0, finished: true }]);
  });

  test('in one message leaves nothing when its statement, or anything of ours, fails', async () => {
    const failed = await apply(it.target, aMigration('0003', ['ALTER TABLE leads ADD COLUMN email text']));
    expect(failed).toMatchObject({ result: 'failed', message: expect.stringMatching(/42701[^]*in 0003_x\.up\.sql line 1/) });
    await sql(it.database.url, "UPDATE offpeak.fence SET epoch = 2 WHERE run_id = 'run-1'");
    expect(await apply(it.target, ADD)).toMatchObject({ result: 'failed', message: expect.stringContaining('Another worker took over') });
    await sql(it.database.url, "UPDATE offpeak.fence SET epoch = 1 WHERE run_id = 'run-1'");
    await sql(it.database.url, "INSERT INTO offpeak.history (version, name, up_sha256, run_id) VALUES ('0002', 'x', '', 'other')");
    await expect(apply(it.target, ADD)).rejects.toThrow('23505');
    expect(await sql(it.database.url, "SELECT FROM pg_attribute WHERE attrelid = 'leads'::regclass AND attname = 'domain'")).toEqual([]);
    expect(await sql(it.database.url, 'SELECT FROM offpeak.marker')).toEqual([]);
  });

  describe('with others behind it in one message', () => {
    const NAMES = ['one', 'two', 'three'];
    const [first, ...rest] = NAMES.map((name, index) => aMigration(`001${index}`, [`CREATE TABLE ${name} ()`]));
    const OPEN = () => Promise.resolve(null);
    /** Each a unit of its own at the next position. */
    const behind = (migrations: readonly Migration[], gate: (index: number) => Gate = () => OPEN) => ({
      following: () =>
        migrations.map((migration, index) => ({
          migration,
          unit: { ...unitOf(migration), position: index + 1 },
          last: true,
          gate: gate(index),
        })),
    });
    const there = async () =>
      (await sql<{ relname: string }>(it.database.url, 'SELECT relname FROM pg_class WHERE relname = ANY ($1) ORDER BY oid', [NAMES])).map(
        ({ relname }) => relname,
      );
    const positions = async () =>
      (await sql<{ position: number }>(it.database.url, 'SELECT position FROM offpeak.marker WHERE finished ORDER BY 1')).map(
        ({ position }) => position,
      );
    const alsoOf = (outcome: UnitOutcome) => (outcome.result === 'applied' ? outcome.also?.map(({ position }) => position) : outcome);

    test('applies them in their order, each with its marker and history row', async () => {
      if (first === undefined) throw new Error('no file');
      const outcome = await apply(it.target, first, behind(rest));
      expect(outcome).toMatchObject({
        result: 'applied',
        also: [
          { position: 1, tries: 1 },
          { position: 2, statements: [{ index: 0 }] },
        ],
      });
      expect(await there()).toEqual(NAMES);
      expect(await positions()).toEqual([0, 1, 2]);
      expect((await it.target.applied()).map(({ version }) => version)).toEqual(['0010', '0011', '0012']);
    });

    test('a closed gate, or a holder of what one wants, keeps it and those behind it for their own turn', async () => {
      if (first === undefined) throw new Error('no file');
      const shut = behind(rest, (index) => (index === 1 ? () => Promise.resolve({ reason: 'peak hours' }) : OPEN));
      expect(alsoOf(await apply(it.target, first, shut))).toEqual([1]);
      expect(await positions()).toEqual([0, 1]);
      const report = await connect(it.database.url);
      await report.query('BEGIN; SELECT FROM leads');
      const held = behind([ADD])
        .following()
        .map((each) => ({ ...each, unit: { ...each.unit, position: 8 } }));
      const next = aMigration('0020', ['CREATE TABLE three ()']);
      const outcome = await it.target.apply({
        runId: 'run-1',
        epoch: 1,
        migration: next,
        unit: { ...unitOf(next), position: 7 },
        last: true,
        gate: OPEN,
        signal: new AbortController().signal,
        onBackend: () => Promise.resolve(true),
        onProgress: () => {},
        following: () => held,
      });
      expect(alsoOf(outcome)).toEqual([]);
      expect(await positions()).toEqual([0, 1, 7]);
      await report.end();
    });

    test('the one that fails is rolled back and not told: it has its own turn, and those behind it too', async () => {
      if (first === undefined) throw new Error('no file');
      const bad = aMigration('0015', ['ALTER TABLE nowhere ADD COLUMN a text']);
      expect(alsoOf(await apply(it.target, first, behind([bad, ...rest])))).toEqual([]);
      expect(await there()).toEqual(['one']);
      expect(await positions()).toEqual([0]);
      expect(await apply(it.target, bad)).toMatchObject({ result: 'failed' });
    });

    test('one that would begin too late behind the first does not begin', async () => {
      await sql(it.database.url, 'INSERT INTO leads SELECT n, n::text FROM generate_series(1001, 200000) n');
      const slow = aMigration('0016', ['CREATE INDEX leads_email ON leads (email)']);
      expect(alsoOf(await apply(it.target, slow, behind(rest)))).toEqual([]);
      expect(await there()).toEqual([]);
      expect(await positions()).toEqual([0]);
    });
  });

  test('leaves nothing when a statement fails, and shows file, line and caret without the row that PostgreSQL quotes', async () => {
    const migration = aMigration('0003', ['ALTER TABLE leads ADD COLUMN a text', 'UPDATE leads\n  SET a = nonsense(email)']);
    const outcome = await apply(it.target, migration);
    if (outcome.result !== 'failed') throw new Error(outcome.result);
    expect(outcome.message).toMatchInlineSnapshot(`
      "42883: function nonsense(text) does not exist
        in 0003_x.up.sql line 3
        3 |   SET a = nonsense(email)
          |           ^"
    `);
    const duplicate = await apply(it.target, aMigration('0004', ["INSERT INTO leads VALUES (1, 'secret@example.com')"]));
    if (duplicate.result !== 'failed') throw new Error(duplicate.result);
    expect(duplicate.message).toContain('23505');
    expect(duplicate.message).toContain('table leads, constraint leads_pkey');
    expect(duplicate.message).not.toContain('(id)=(1)');
    expect(await sql(it.database.url, "SELECT attname FROM pg_attribute WHERE attrelid = 'leads'::regclass AND attname = 'a'")).toEqual([]);
    expect(await it.target.applied()).toEqual([]);
  });

  test('lock tries succeed when the blocker leaves, and an innocent reader behind us never waits long (F25)', async () => {
    const blocker = await connect(it.database.url);
    await blocker.query('BEGIN; SELECT * FROM leads LIMIT 1');
    const applying = apply(it.target, ADD);
    const reader = await connect(it.database.url);
    const waits: number[] = [];
    const readUntil = performance.now() + 1_500;
    while (performance.now() < readUntil) {
      const begun = performance.now();
      await reader.query('SELECT count(*) FROM leads');
      waits.push(performance.now() - begun);
    }
    await blocker.query('COMMIT');
    expect(await applying).toMatchObject({ result: 'applied' });
    expect(Math.max(...waits)).toBeLessThan(400);
    await Promise.all([reader.end(), blocker.end()]);
  });

  test('names the blocker when the budget is spent, and has touched nothing', async () => {
    const blocker = await connect(it.database.url, { application_name: 'report job' });
    await blocker.query('BEGIN; SELECT * FROM leads LIMIT 1');
    const pid = (await blocker.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
    const outcome = await apply(it.target, ADD);
    if (outcome.result !== 'lock_budget') throw new Error(JSON.stringify(outcome));
    expect(outcome.detail).toContain(`backend ${pid} (report job, idle in transaction for`);
    expect(outcome.detail).toContain('Nothing of this unit was executed');
    await blocker.query('COMMIT');
    await blocker.end();
    expect(await apply(it.target, ADD)).toMatchObject({ result: 'applied' });
  });

  test('finds a blocker that the plan did not predict', async () => {
    const blocker = await connect(it.database.url, { application_name: 'surprise' });
    await blocker.query('BEGIN; SELECT * FROM leads LIMIT 1');
    const opaque = aMigration('0005', ['DO $$ BEGIN ALTER TABLE leads ADD COLUMN b text; END $$']);
    const outcome = await apply(it.target, opaque);
    expect(outcome).toMatchObject({ result: 'lock_budget', detail: expect.stringContaining('surprise') });
    await blocker.end();
  });

  test('measures how long the application waited behind us (R11)', async () => {
    const slow = aMigration('0006', [{ sql: 'ALTER TABLE leads ADD COLUMN c text', locks: exclusive('leads') }, 'SELECT pg_sleep(0.8)']);
    const applying = apply(it.target, slow);
    const reader = await connect(it.database.url);
    await until(
      async () =>
        (await sql(it.database.url, "SELECT FROM pg_locks WHERE relation = 'leads'::regclass AND mode = 'AccessExclusiveLock'")).length > 0,
      {
        what: 'our lock',
      },
    );
    await reader.query('SELECT count(*) FROM leads');
    const outcome = await applying;
    if (outcome.result !== 'applied') throw new Error(outcome.result);
    expect(outcome.longestWaitMs).toBeGreaterThan(300);
    expect(outcome.longestWaitMs).toBeLessThan(1_500);
    await reader.end();
  });

  test('a closed gate stops before the statement, and what ran before it is rolled back', async () => {
    const answers = [null, { reason: 'peak hours' }];
    const migration = aMigration('0007', ['CREATE TABLE one ()', 'CREATE TABLE two ()']);
    expect(await apply(it.target, migration, { gate: () => Promise.resolve(answers.shift() ?? null) })).toEqual({
      result: 'stopped',
      reason: 'peak hours',
    });
    expect(await sql(it.database.url, "SELECT to_regclass('one') AS one")).toEqual([{ one: null }]);
    const broken = await apply(it.target, migration, { gate: () => Promise.reject(new Error('ledger away')) });
    expect(broken).toMatchObject({ result: 'stopped', reason: expect.stringContaining('ledger away') });
  });

  test('executes nothing when the backend could not be recorded', async () => {
    expect(await apply(it.target, ADD, { onBackend: () => Promise.resolve(false) })).toMatchObject({ result: 'stopped' });
    expect(await apply(it.target, ADD, { onBackend: () => Promise.reject(new Error('no')) })).toMatchObject({ result: 'stopped' });
    expect(await it.target.applied()).toEqual([]);
  });

  test('an abort cancels the statement on the server and rolls back', async () => {
    const stop = new AbortController();
    const migration = aMigration('0008', ['CREATE TABLE one ()', 'SELECT pg_sleep(30)']);
    const applying = apply(it.target, migration, { signal: stop.signal });
    await until(
      async () => (await sql(it.database.url, "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(30)%'")).length > 0,
      { what: 'the sleep' },
    );
    stop.abort();
    expect(await applying).toEqual({ result: 'cancelled' });
    expect(await sql(it.database.url, "SELECT to_regclass('one') AS one")).toEqual([{ one: null }]);
  });

  test('our own limit is a failure that names it, not a cancel', async () => {
    const strict = await lockedTarget({ statementMs: 200 });
    const outcome = await apply(strict.target, aMigration('0001', ['SELECT pg_sleep(5)']));
    expect(outcome).toMatchObject({ result: 'failed', message: expect.stringContaining('our limit of') });
    await strict.end();
  });

  test('settings cannot leak from one file into the next, and a later unit of the same file keeps them', async () => {
    await sql(it.database.url, 'CREATE SCHEMA other');
    const first = aMigration('0009', [
      'SET search_path = other',
      'CREATE TABLE here (a int)',
      'CREATE INDEX CONCURRENTLY here_a ON here (a)',
    ]);
    expect(await apply(it.target, first)).toMatchObject({ result: 'applied' });
    expect(await apply(it.target, first, { position: 1 })).toMatchObject({ result: 'applied' });
    expect(await apply(it.target, aMigration('0010', ['CREATE TABLE there ()']))).toMatchObject({ result: 'applied' });
    const found = await sql(
      it.database.url,
      "SELECT to_regclass('other.here_a') IS NOT NULL AS own, to_regclass('public.there') IS NOT NULL AS next",
    );
    expect(found).toEqual([{ own: true, next: true }]);
  });

  test('nothing a file does to its session reaches the next: role, settings, isolation, temporary tables, session locks', async () => {
    await sql(
      it.database.url,
      'CREATE ROLE weak; CREATE TABLE seen (role text, path text, isolation text, triggers text, notes text, held int)',
    );
    const weakened = aMigration('0019', ["SELECT set_config('role', 'weak', false)"]);
    await expect(apply(it.target, weakened)).rejects.toThrow('may not do that');
    const leaking = aMigration('0020', [
      "SELECT set_config('search_path', 'pg_catalog', false), set_config('session_replication_role', 'replica', false)",
      'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE',
      'CREATE TEMP TABLE notes ()',
      'SELECT pg_advisory_lock(4711)',
    ]);
    expect(await apply(it.target, leaking)).toMatchObject({ result: 'applied' });
    const looking = aMigration('0021', [
      `INSERT INTO seen SELECT current_user, current_setting('search_path'), current_setting('transaction_isolation'),
         current_setting('session_replication_role'), to_regclass('notes')::text,
         (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711)`,
    ]);
    expect(await apply(it.target, looking)).toMatchObject({ result: 'applied' });
    expect(await sql(it.database.url, 'SELECT * FROM seen')).toEqual([
      { role: 'postgres', path: '"$user", public', isolation: 'read committed', triggers: 'origin', notes: null, held: 0 },
    ]);
    await sql(it.database.url, 'DROP ROLE weak');
  });

  test('SET LOCAL ends with its transaction, set_config for the session holds for the rest of the file', async () => {
    await sql(it.database.url, 'CREATE SCHEMA other; CREATE SCHEMA third');
    const file = aMigration('0022', [
      "SELECT pg_catalog.set_config('search_path', 'other', false)",
      'SET LOCAL search_path = third',
      'CREATE TABLE here (a int)',
      'CREATE INDEX CONCURRENTLY there_a ON third.here (a)',
      'CREATE TABLE later (a int)',
    ]);
    for (const position of [0, 1, 2]) expect(await apply(it.target, file, { position })).toMatchObject({ result: 'applied' });
    expect(await sql(it.database.url, "SELECT to_regclass('third.here')::text AS here, to_regclass('other.later')::text AS later")).toEqual(
      [{ here: 'third.here', later: 'other.later' }],
    );
  });

  test('a file cannot disarm the timeouts of the statement after it (N4)', async () => {
    await sql(it.database.url, 'CREATE TABLE seen (lock text, statement text)');
    const disarming = aMigration('0011', [
      'SET lock_timeout = 0',
      'SET statement_timeout = 0',
      "INSERT INTO seen VALUES (current_setting('lock_timeout'), current_setting('statement_timeout'))",
    ]);
    expect(await apply(it.target, disarming)).toMatchObject({ result: 'applied' });
    const rows = await sql<{ lock: string; statement: string }>(it.database.url, 'SELECT * FROM seen');
    expect(rows[0]?.lock).toMatch(/^\d+ms$/);
    expect(rows[0]?.statement).toBe('5min');
  });

  test('a file that commits by itself is refused, and a second statement in one text never runs (N6)', async () => {
    const commits = await apply(it.target, aMigration('0012', ['COMMIT']));
    expect(commits).toMatchObject({ result: 'failed', message: expect.stringContaining('ends our transaction') });
    const two = await apply(it.target, aMigration('0013', ['CREATE TABLE one (); CREATE TABLE two ()']));
    expect(two).toMatchObject({ result: 'failed', message: expect.stringContaining('42601') });
    expect(await it.target.applied()).toEqual([]);
  });

  test('a deferred constraint that fails at COMMIT is a failure with its sentence', async () => {
    await sql(it.database.url, 'CREATE TABLE child (lead int REFERENCES leads DEFERRABLE INITIALLY DEFERRED)');
    const outcome = await apply(it.target, aMigration('0014', ['INSERT INTO child VALUES (999999)']));
    expect(outcome).toMatchObject({ result: 'failed', message: expect.stringContaining('23503') });
    expect(await sql(it.database.url, 'SELECT * FROM child')).toEqual([]);
  });

  test('a terminated backend is resolved by the marker, and the next unit gets a new session (F6, F7)', async () => {
    let backend: Backend | undefined;
    const onBackend = (found: Backend) => {
      backend = found;
      return Promise.resolve(true);
    };
    const applying = apply(it.target, aMigration('0015', ['CREATE TABLE one ()', 'SELECT pg_sleep(30)']), { onBackend });
    await until(
      async () => (await sql(it.database.url, "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(30)%'")).length > 0,
      { what: 'the sleep' },
    );
    await sql(it.database.url, 'SELECT pg_terminate_backend($1)', [backend?.pid]);
    expect(await applying).toMatchObject({ result: 'failed', message: expect.stringContaining('Nothing of this unit was kept') });
    expect(await apply(it.target, aMigration('0016', ['CREATE TABLE one ()']))).toMatchObject({ result: 'applied' });
  });

  test('a unit whose marker is there already is not applied again, whatever the ledger believes (F7)', async () => {
    await sql(it.database.url, 'CREATE TABLE effects ()');
    const migration = aMigration('0009', ['INSERT INTO effects DEFAULT VALUES']);
    expect(await apply(it.target, migration)).toMatchObject({ result: 'applied' });
    expect(await apply(it.target, migration)).toMatchObject({ result: 'failed', message: expect.stringContaining('applied before') });
    expect(await sql(it.database.url, 'SELECT FROM effects')).toHaveLength(1);
  });

  test('an empty file is recorded', async () => {
    expect(await apply(it.target, aMigration('0017', []))).toMatchObject({ result: 'applied', statements: [] });
    expect(await it.target.applied()).toMatchObject([{ version: '0017' }]);
  });
});
