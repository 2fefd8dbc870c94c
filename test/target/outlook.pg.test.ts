import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client } from 'pg';
import { Outlook } from '../../src/target/outlook.ts';
import { connect, sql, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { exclusive } from './a-migration.ts';

let database: TestDatabase;
let client: Client;
let report: Client;
beforeEach(async () => {
  database = await testDatabase();
  await sql(database.url, 'CREATE TABLE leads (); CREATE TABLE notes (); CREATE TABLE tags ()');
  client = await connect(database.url);
  report = await connect(database.url, { application_name: 'report' });
});
afterEach(async () => {
  await Promise.all([client.end(), report.end()]);
  await database.drop();
});

const look = async (outlook: Outlook, table: string, ahead: readonly string[] = []) =>
  (await outlook.holders(client, { wanted: exclusive(table), ahead: () => ahead.flatMap(exclusive), ours: [] })).map(
    ({ application }) => application,
  );

describe('an outlook', () => {
  test('tells who holds what the units behind want, without asking again', async () => {
    await report.query('BEGIN; SELECT FROM notes');
    const outlook = new Outlook(60_000);
    expect(await look(outlook, 'leads', ['notes'])).toEqual([]);
    await client.query('SELECT 1');
    await report.query('SELECT FROM leads');
    expect(await look(outlook, 'notes')).toEqual(['report']);
    expect(await look(outlook, 'leads')).toEqual([]);
  });

  test('asks anew for what it did not look at, and when it is old', async () => {
    const outlook = new Outlook(60_000);
    const old = new Outlook(-1);
    expect([await look(outlook, 'leads'), await look(old, 'leads')]).toEqual([[], []]);
    await report.query('BEGIN; SELECT FROM leads; SELECT FROM tags');
    expect(await look(outlook, 'tags')).toEqual(['report']);
    expect(await look(old, 'leads')).toEqual(['report']);
  });
});
