import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Migration } from '../../src/domain/plan.ts';
import { undoParts } from '../../src/target/undo.ts';
import { connect, sql } from '../support/postgres.ts';
import { aMigration, apply } from './a-migration.ts';
import { lockedTarget, type LockedTarget } from './a-target.ts';

const MIXED = aMigration(
  '0002',
  ['ALTER TABLE leads ADD COLUMN domain text', 'CREATE INDEX CONCURRENTLY leads_domain ON leads (domain)', 'CREATE TABLE notes ()'],
  ['DROP TABLE notes', 'DROP INDEX CONCURRENTLY leads_domain', 'ALTER TABLE leads DROP COLUMN domain'],
);

let it: LockedTarget;
beforeEach(async () => {
  it = await lockedTarget({ lockBudgetMs: 1_000 });
  await sql(it.database.url, 'CREATE TABLE leads (id int PRIMARY KEY)');
});
afterEach(() => it.end());

const undo = (migration: Migration, whole: boolean) =>
  it.target.undo({ runId: 'run-1', epoch: 1, migration, whole, signal: new AbortController().signal });
const objects = async () =>
  (
    await sql(
      it.database.url,
      `SELECT to_regclass('notes') IS NOT NULL AS notes, to_regclass('leads_domain') IS NOT NULL AS index,
     EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'leads'::regclass AND attname = 'domain') AS column,
     (SELECT count(*)::int FROM offpeak.history) AS history, (SELECT count(*)::int FROM offpeak.marker) AS markers`,
    )
  )[0];
const NOTHING = { notes: false, index: false, column: false, history: 0, markers: 0 };

async function applyAll(migration: Migration, units: number): Promise<void> {
  for (let position = 0; position < units; position += 1)
    expect(await apply(it.target, migration, { position })).toMatchObject({ result: 'applied' });
}

describe('undo', () => {
  test('of a whole migration runs every down statement and forgets history and markers', async () => {
    await applyAll(MIXED, 3);
    expect(await undo(MIXED, true)).toMatchObject({ ok: true, detail: '3 statements' });
    expect(await objects()).toEqual(NOTHING);
    expect(await undo(MIXED, true)).toMatchObject({ ok: true, detail: 'it was undone before' });
  });

  test('forward, back, forward again', async () => {
    for (let round = 0; round < 2; round += 1) {
      await applyAll(MIXED, 3);
      expect((await undo(MIXED, true)).ok).toBe(true);
    }
    expect(await objects()).toEqual(NOTHING);
  });

  test('of a half-applied migration skips what was never created, and names it', async () => {
    await applyAll(MIXED, 1);
    const outcome = await undo(MIXED, false);
    if (!outcome.ok) throw new Error(outcome.message);
    expect(outcome.detail).toBe(
      '1 statement; skipped, because what they undo is not there: DROP TABLE notes; DROP INDEX CONCURRENTLY leads_domain',
    );
    expect(await objects()).toEqual(NOTHING);
  });

  test('of a migration of which nothing was committed runs nothing: its down would do harm', async () => {
    await sql(it.database.url, 'INSERT INTO leads VALUES (10)');
    const harmful = aMigration('0005', ['UPDATE leads SET id = id * 2'], ['UPDATE leads SET id = id / 2']);
    expect(await undo(harmful, false)).toMatchObject({ ok: true, detail: 'nothing of it is applied, so its down was not run' });
    expect(await sql(it.database.url, 'SELECT id FROM leads')).toEqual([{ id: 10 }]);
  });

  test('again after its last part was committed and not heard of does not undo twice, also when asked with care', async () => {
    await sql(it.database.url, 'INSERT INTO leads VALUES (10)');
    const doubled = aMigration('0005', ['UPDATE leads SET id = id * 2'], ['UPDATE leads SET id = id / 2']);
    await applyAll(doubled, 1);
    expect((await undo(doubled, true)).ok).toBe(true);
    expect((await undo(doubled, false)).ok).toBe(true);
    expect(await sql(it.database.url, 'SELECT id FROM leads')).toEqual([{ id: 10 }]);
  });

  test('of a half-applied migration skips what the down brings back and what was never dropped', async () => {
    await sql(it.database.url, 'ALTER TABLE leads ADD COLUMN old text; CREATE INDEX leads_old ON leads (old)');
    const drops = aMigration(
      '0006',
      ['CREATE TABLE notes ()', 'DROP INDEX CONCURRENTLY leads_old', 'ALTER TABLE leads DROP COLUMN old'],
      ['ALTER TABLE leads ADD COLUMN old text', 'CREATE INDEX CONCURRENTLY leads_old ON leads (old)', 'DROP TABLE notes'],
    );
    await applyAll(drops, 1);
    expect(await undo(drops, false)).toMatchObject({ ok: true, detail: expect.stringContaining('skipped') });
    expect(await objects()).toEqual(NOTHING);
  });

  test('of a whole migration is strict, loses nothing when it fails, and gives back exactly what remains (F54)', async () => {
    await applyAll(MIXED, 3);
    await sql(it.database.url, 'CREATE VIEW domains AS SELECT domain FROM leads');
    const outcome = await undo(MIXED, true);
    expect(outcome).toMatchObject({
      ok: false,
      remaining: ['ALTER TABLE leads DROP COLUMN domain'],
      message: expect.stringMatching(/2BP01[^]*0002_x\.down\.sql line 3/),
    });
    expect(await objects()).toMatchObject({ notes: false, index: false, column: true, history: 1 });
    await sql(it.database.url, 'DROP VIEW domains');
    expect(await undo(MIXED, true)).toMatchObject({ ok: true });
    expect(await objects()).toEqual(NOTHING);
  });

  test('in one transaction undoes all or nothing', async () => {
    const migration = aMigration('0003', ['CREATE TABLE notes ()'], ['DROP TABLE notes', 'DROP TABLE never']);
    await applyAll(migration, 1);
    expect(await undo(migration, true)).toMatchObject({ ok: false, remaining: ['DROP TABLE notes', 'DROP TABLE never'] });
    expect(await objects()).toMatchObject({ notes: true, history: 1, markers: 1 });
  });

  test('after a crash between a lone statement and its record does not fail on what it dropped itself', async () => {
    await applyAll(MIXED, 3);
    await sql(
      it.database.url,
      "DROP TABLE notes; INSERT INTO offpeak.marker VALUES ('run-1', -1, '0002', 1, now(), NULL, 0, 0, true), ('run-1', -2, '0002', 1, now(), NULL, 0, 0, false)",
    );
    await sql(it.database.url, 'DROP INDEX leads_domain');
    expect(await undo(MIXED, true)).toMatchObject({ ok: true });
    expect(await objects()).toEqual(NOTHING);
  });

  test('tries for its locks like a forward unit and names the blocker', async () => {
    await applyAll(MIXED, 3);
    const blocker = await connect(it.database.url, { application_name: 'report job' });
    await blocker.query('BEGIN; LOCK TABLE notes IN ACCESS SHARE MODE');
    const outcome = await undo(MIXED, true);
    expect(outcome).toMatchObject({ ok: false, message: expect.stringContaining('report job') });
    await blocker.end();
  });

  test('a repetition sets again what a part that is undone had set for the statements after it', async () => {
    await sql(it.database.url, 'CREATE SCHEMA other; CREATE TABLE other.notes (a int); CREATE INDEX notes_a ON other.notes (a)');
    const up = aMigration(
      '0005',
      ['CREATE INDEX kept ON leads (id)'],
      ['SET search_path = other', 'DROP INDEX CONCURRENTLY notes_a', 'DROP INDEX public.kept'],
    );
    await applyAll(up, 1);
    await sql(it.database.url, "INSERT INTO offpeak.marker VALUES ('run-1', -1, '0005', 1, now(), NULL, 0, 0, true)");
    expect(await undo(up, true)).toMatchObject({ ok: true });
    expect(await sql(it.database.url, "SELECT to_regclass('other.notes_a') AS index")).toEqual([{ index: null }]);
  });

  test('without a down script is refused', async () => {
    expect(await undo(aMigration('0004', ['CREATE TABLE notes ()']), true)).toMatchObject({ ok: false, remaining: [] });
  });
});

describe('undoParts', () => {
  test('keeps file order and puts consecutive transactional statements together', () => {
    const shape = undoParts(aMigration('1', [], ['A', 'B', 'DROP INDEX CONCURRENTLY c', 'D']).downStatements);
    expect(shape.map((part) => [part.alone, part.statements.map((statement) => statement.sql)])).toEqual([
      [false, ['A', 'B']],
      [true, ['DROP INDEX CONCURRENTLY c']],
      [false, ['D']],
    ]);
  });
});
