import { constantFrom, double, nat, record, sample } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from 'pg';
import { rowOf, type Entry } from '../../src/ledger/audit/chain.ts';
import { by, sha256 } from '../support/runs.ts';
import { connect, sql } from '../support/postgres.ts';
import { aLedger, played, type TestLedger } from './a-ledger.ts';

/** Somebody with every right on the ledger: the trigger is off, only the chain is left. */
let on: TestLedger;
let intruder: Client;
let length = 0;
let head = '';

beforeAll(async () => {
  on = await aLedger();
  await played(on, 'cancelled', 'first');
  await played(on, 'migrating', 'second');
  await played(on, 'rolled_back', 'third');
  intruder = await connect(on.url);
  ({ events: length, head } = await on.ledger.verify());
});
afterAll(async () => {
  await intruder.end();
  await on.drop();
});

describe('the table of events', () => {
  test.each([
    ['UPDATE', "UPDATE offpeak.event SET actor = 'nobody' WHERE position = 1"],
    ['UPDATE of nothing', 'UPDATE offpeak.event SET seq = seq WHERE false'],
    ['DELETE', 'DELETE FROM offpeak.event WHERE position = 1'],
    ['TRUNCATE', 'TRUNCATE offpeak.event CASCADE'],
    [
      'INSERT that turns into an UPDATE',
      'INSERT INTO offpeak.event SELECT * FROM offpeak.event LIMIT 1 ON CONFLICT (position) DO UPDATE SET seq = 0',
    ],
    ['DELETE while replicating', 'SET session_replication_role = replica; DELETE FROM offpeak.event'],
    ['DELETE of the run of an event', 'DELETE FROM offpeak.run', 'event_run_id_fkey'],
  ])('refuses %s, even by a superuser', async (_, statement, why = 'Events are only ever added') => {
    await expect(sql(on.url, statement)).rejects.toThrow(why);
    expect(await on.ledger.verify()).toEqual({ ok: true, events: length, head, broken: null });
  });
});

describe('history', () => {
  test('tells of every run in the order of positions, and of one run alone, page by page', async () => {
    const all = await on.ledger.history({ limit: 10_000 });
    expect(all.map((link) => link.position)).toEqual(Array.from({ length }, (_, index) => index + 1));
    expect(all.at(-1)?.hash).toBe(head);
    const third = all.filter((link) => link.target === 'third');
    const runId = third[0]?.runId ?? '';
    expect(await on.ledger.history({ runId, limit: 1000 })).toEqual(third);
    expect(await on.ledger.history({ runId, limit: 3, after: third[4]?.position ?? 0 })).toEqual(third.slice(5, 8));
    expect(third[0]).toMatchObject({ runNumber: 3, target: 'third', event: { type: 'planned', actor: by('nora') } });
  });

  test('of an id that is none is empty', async () => {
    expect(await on.ledger.history({ runId: 'no-run', limit: 5 })).toEqual([]);
  });
});

/** One way to tamper with the ledger, at a place between 0 and 1 of the chain. */
type Tampering = { readonly how: (typeof WAYS)[number]; readonly place: number; readonly other: number; readonly bit: number };
const WAYS = [
  'flip body',
  'flip hash',
  'flip prev_hash',
  'flip actor',
  'change type',
  'change at',
  'change seq',
  'change run',
  'rewrite with a fitting hash',
  'delete',
  'delete the tail',
  'insert',
  'swap positions',
  'swap texts',
  'change the state of a run',
  'change the activity of a run',
  'change the target of a run',
] as const;

const TAMPERINGS = sample(
  record<Tampering>({
    how: constantFrom(...WAYS),
    place: double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    other: double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    bit: nat(),
  }),
  { seed: 20_261_124, numRuns: 250 },
);

describe('verify', () => {
  test('accepts what the ledger wrote, and names the head', async () => {
    expect(await on.ledger.verify()).toEqual({ ok: true, events: length, head, broken: null });
  });

  test('accepts an empty ledger', async () => {
    const empty = await aLedger();
    expect(await empty.ledger.verify()).toEqual({ ok: true, events: 0, head: '0'.repeat(64), broken: null });
    await empty.drop();
  });

  test('finds each of 250 random changes by somebody who may do anything, and says where', { timeout: 240_000 }, async () => {
    const found = new Set<string>();
    for (const tampering of TAMPERINGS) {
      const { ok, broken } = await verifiedAfter(() => tamper(tampering));
      expect({ ...tampering, ok }).toEqual({ ...tampering, ok: false });
      expect(broken).toMatch(/position \d+|run #\d/);
      found.add(tampering.how);
    }
    expect([...found].toSorted()).toEqual(WAYS.toSorted());
    expect(await on.ledger.verify()).toEqual({ ok: true, events: length, head, broken: null });
  });

  test.each([
    ['a changed text', "UPDATE offpeak.event SET body = replace(body, 'nora', 'sam') WHERE position = 1", 'position 1 was changed'],
    ['a changed column', "UPDATE offpeak.event SET actor = '{}' WHERE position = 9", 'position 9 was changed: the column actor differs'],
    ['a removed event', 'DELETE FROM offpeak.event WHERE position = 12', 'position 12 is missing: the next one is 13'],
    ['a removed tail', 'DELETE FROM offpeak.event WHERE position > 40', 'position 41 or a later one is missing'],
    ['a run set free', "UPDATE offpeak.run SET active = false WHERE target = 'second'", 'run #2 was changed: it says migrating and over'],
  ])('names %s', async (_, statement, named) => {
    expect((await verifiedAfter(() => intruder.query(statement))).broken).toContain(named);
  });

  test('cannot see a tail that was removed with its traces: that needs the head kept elsewhere', async () => {
    const before = await aLedger();
    const { run } = await played(before, 'checklist', 'short');
    const { head: kept } = await before.ledger.verify();
    await sql(
      before.url,
      `ALTER TABLE offpeak.event DISABLE TRIGGER event_is_append_only;
       DELETE FROM offpeak.event WHERE position >= 2;
       UPDATE offpeak.run SET version = 1, state = 'planned', head = (SELECT hash FROM offpeak.event WHERE position = 1)`,
    );
    const after = await before.ledger.verify();
    expect(after).toMatchObject({ ok: true, events: 1 });
    expect(after.head).not.toBe(kept);
    expect((await before.another().load(run.id))?.state).toBe('planned');
    await before.drop();
  });
});

/** What verify says after a change by the intruder, which is undone afterwards. */
async function verifiedAfter(change: () => Promise<unknown>): ReturnType<TestLedger['ledger']['verify']> {
  await intruder.query(`CREATE TABLE kept_event AS TABLE offpeak.event; CREATE TABLE kept_run AS TABLE offpeak.run;
    ALTER TABLE offpeak.event DISABLE TRIGGER event_is_append_only`);
  await change();
  const verdict = await on.ledger.verify();
  await intruder.query(`DELETE FROM offpeak.event; DELETE FROM offpeak.run;
    INSERT INTO offpeak.run SELECT * FROM kept_run; INSERT INTO offpeak.event SELECT * FROM kept_event;
    ALTER TABLE offpeak.event ENABLE ALWAYS TRIGGER event_is_append_only; DROP TABLE kept_event, kept_run`);
  return verdict;
}

const FLIP = (column: string) => `
  UPDATE offpeak.event SET ${column} = overlay(${column} placing
    CASE substr(${column}, $2 % length(${column}) + 1, 1) WHEN '0' THEN '1' ELSE '0' END from $2 % length(${column}) + 1 for 1)
  WHERE position = $1`;

async function tamper({ how, place, other, bit }: Tampering): Promise<unknown> {
  const at = 1 + Math.floor(place * length);
  const second = 1 + ((at - 1 + 1 + Math.floor(other * (length - 1))) % length);
  switch (how) {
    case 'flip body':
    case 'flip hash':
    case 'flip prev_hash':
    case 'flip actor':
      return await query(FLIP(how.slice('flip '.length)), [at, bit % 1_000_000]);
    case 'change type':
      return await query("UPDATE offpeak.event SET type = type || 's' WHERE position = $1", [at]);
    case 'change at':
      return await query("UPDATE offpeak.event SET at = at + interval '1 millisecond' WHERE position = $1", [at]);
    case 'change seq':
      return await query('UPDATE offpeak.event SET seq = seq + 1000 WHERE position = $1', [at]);
    case 'change run':
      return await query(
        `UPDATE offpeak.event SET seq = seq + 1000, run_id = (SELECT id FROM offpeak.run WHERE id <> event.run_id ORDER BY number LIMIT 1)
         WHERE position = $1`,
        [at],
      );
    case 'rewrite with a fitting hash':
      return await rewrite(at, (entry) => ({ ...entry, event: { ...entry.event, at: '2026-11-24T12:00:00.000Z' } }));
    case 'delete':
      return await query('DELETE FROM offpeak.event WHERE position = $1', [at]);
    case 'delete the tail':
      return await query('DELETE FROM offpeak.event WHERE position >= $1', [at]);
    case 'insert':
      await query('UPDATE offpeak.event SET position = -position - 1 WHERE position >= $1', [at]);
      await query('UPDATE offpeak.event SET position = -position WHERE position < 0', []);
      return await query(
        `INSERT INTO offpeak.event SELECT $1, run_id, seq + 1000, type, at, actor, body, prev_hash, hash
         FROM offpeak.event ORDER BY position LIMIT 1`,
        [at],
      );
    case 'swap positions':
      await query('UPDATE offpeak.event SET position = -position WHERE position IN ($1, $2)', [at, second]);
      return await query('UPDATE offpeak.event SET position = CASE -position WHEN $1 THEN $2::bigint ELSE $1 END WHERE position < 0', [
        at,
        second,
      ]);
    case 'swap texts':
      return await query(
        `UPDATE offpeak.event SET body = other.body FROM offpeak.event AS other
         WHERE event.position IN ($1, $2) AND other.position IN ($1, $2) AND other.position <> event.position`,
        [at, second],
      );
    case 'change the state of a run':
      return await query("UPDATE offpeak.run SET state = 'approved' WHERE number = $1", [1 + (at % 3)]);
    case 'change the activity of a run':
      return await query('UPDATE offpeak.run SET active = NOT active WHERE number = $1', [1 + (at % 3)]);
    case 'change the target of a run':
      return await query("UPDATE offpeak.run SET target = target || '2' WHERE number = $1", [1 + (at % 3)]);
  }
}

async function query(text: string, values: unknown[]): Promise<unknown> {
  return await intruder.query(text, values);
}

/** An intruder who knows how the hash is made, and changes one event with it. */
async function rewrite(position: number, change: (entry: Entry) => Entry): Promise<void> {
  const { rows } = await intruder.query('SELECT body, prev_hash FROM offpeak.event WHERE position = $1', [position]);
  const row = rowOf(change(JSON.parse(rows[0]?.body) as Entry), rows[0]?.prev_hash, sha256);
  await intruder.query('UPDATE offpeak.event SET body = $2, hash = $3, at = $4 WHERE position = $1', [
    position,
    row.body,
    row.hash,
    row.at,
  ]);
}
