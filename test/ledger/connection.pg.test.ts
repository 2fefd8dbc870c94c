import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerConnection, type Connection } from '../../src/ledger/connection.ts';
import { sql, testDatabase } from '../support/postgres.ts';

describe('a transaction of the ledger whose last statements nobody waits for', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>;
  let connection: Connection;

  beforeAll(async () => {
    database = await testDatabase();
    await sql(database.url, 'CREATE TABLE t (n integer PRIMARY KEY)');
    connection = ledgerConnection(database.url);
  });

  afterAll(async () => {
    await connection.close();
    await database.drop();
  });

  const numbers = async () => (await sql<{ n: number }>(database.url, 'SELECT n FROM t ORDER BY n')).map(({ n }) => n);
  const insert = 'INSERT INTO public.t VALUES ($1)';

  it('is committed with them', async () => {
    await connection.transaction(async (rows) => {
      void rows(insert, [1]);
      void rows(insert, [2]);
      return Promise.resolve();
    });
    expect(await numbers()).toEqual([1, 2]);
  });

  it('is undone as a whole when one of them fails, and says why', async () => {
    const doubled = connection.transaction(async (rows) => {
      void rows(insert, [3]);
      void rows(insert, [1]);
      void rows(insert, [4]);
      return Promise.resolve();
    });
    await expect(doubled).rejects.toThrow(/The ledger refused a statement: duplicate key .* Nothing was changed\./s);
    expect(await numbers()).toEqual([1, 2]);
  });

  it('is undone when the work itself fails, and the connection is good for the next one', async () => {
    const failed = connection.transaction(async (rows) => {
      void rows(insert, [5]);
      return Promise.reject(new Error('decided otherwise'));
    });
    await expect(failed).rejects.toThrow('decided otherwise');
    await connection.transaction(async (rows) => void (await rows(insert, [6])));
    expect(await numbers()).toEqual([1, 2, 6]);
  });
});
