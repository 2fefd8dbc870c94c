import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendBundle, type BundledCommand } from '../../src/target/bundle.ts';
import { connect, superuserUrl } from '../support/postgres.ts';

let client: Client;

beforeAll(async () => {
  client = await connect(superuserUrl());
  await client.query('create temporary table marker (id int primary key)');
});

afterAll(async () => {
  await client.end();
});

const insert = (id: number): BundledCommand => ({ name: 'insert', text: 'insert into marker values ($1)', values: [id] });
const divide = (by: number): BundledCommand => ({ name: 'divide', text: 'select 1 / $1::int', values: [by] });
const send = (...commands: readonly BundledCommand[]) => sendBundle(client, commands, 5_000);

/** How often each text was executed since it was parsed. */
async function executions(): Promise<Record<string, number>> {
  const { rows } = await client.query<{ name: string; times: number }>(
    'select name, (generic_plans + custom_plans)::int as times from pg_prepared_statements',
  );
  return Object.fromEntries(rows.map(({ name, times }) => [name, times]));
}

describe('several commands in one message', () => {
  it('parses a text of ours once, however often it stands in the message and in those behind it', async () => {
    expect(await send(insert(1), insert(2), insert(3))).toMatchObject({ ok: true });
    expect(await send(insert(4))).toMatchObject({ ok: true });
    expect(await executions()).toEqual({ insert: 4 });
  });

  it('keeps after a failure what was executed, and parses what stood behind it when it is asked for again', async () => {
    const failed = await send(insert(5), insert(5), divide(1));
    expect(failed).toMatchObject({ ok: false, at: 1, error: { code: '23505' } });
    expect(await executions()).toEqual({ insert: 6 });
    expect(await send(divide(1), insert(5))).toMatchObject({ ok: true });
    expect(await executions()).toEqual({ insert: 7, divide: 1 });
  });

  it('parses everything anew when the session has lost it', async () => {
    await client.query('deallocate all');
    expect(await send(insert(8))).toMatchObject({ ok: false, at: 0, error: { code: '26000' } });
    expect(await send(divide(1), insert(8))).toMatchObject({ ok: true });
  });

  it('executes nothing behind the first command that fails, and goes on with a text that failed when it was first executed', async () => {
    const other = await connect(superuserUrl());
    await other.query('create temporary table marker (id int primary key)');
    expect(await sendBundle(other, [divide(0), insert(1)], 5_000)).toMatchObject({ ok: false, at: 0, error: { code: '22012' } });
    expect(await sendBundle(other, [divide(1), insert(1)], 5_000)).toMatchObject({ ok: true });
    expect((await other.query('select id from marker')).rows).toEqual([{ id: 1 }]);
    await other.end();
  });
});
