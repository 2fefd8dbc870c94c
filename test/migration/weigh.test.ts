import { describe, expect, test } from 'vitest';
import type { CatalogRelation } from '../../src/domain/catalog.ts';
import { aCatalog } from './a-catalog.ts';
import { codes, verdicts } from './judge.ts';

const MB = 1_000_000;

async function worst(sql: string, leads: Partial<CatalogRelation>) {
  const catalog = aCatalog('create table leads (id bigint primary key, email text); insert into leads values (1)', { leads });
  const [statement] = await verdicts(sql, { catalog });
  return statement?.hazards[0];
}

describe('how grave a hazard is follows the table', () => {
  test.each([
    [{ bytes: 0, rows: 0, callsPerSecond: 500 }, 'warning'],
    [{ bytes: 1 * MB, rows: 9_000, callsPerSecond: 0 }, 'note'],
    [{ bytes: 1 * MB, rows: 9_000, callsPerSecond: 40 }, 'warning'],
    [{ bytes: 1 * MB, rows: 9_000, callsPerSecond: null }, 'warning'],
    [{ bytes: 90 * MB, rows: 800_000, callsPerSecond: 0 }, 'warning'],
    [{ bytes: 90 * MB, rows: 800_000, callsPerSecond: 40 }, 'danger'],
    [{ bytes: 900 * MB, rows: 8_000_000, callsPerSecond: 0 }, 'danger'],
    [{ bytes: null, rows: null, callsPerSecond: 0 }, 'danger'],
  ] as const)('a rewrite of %j is a %s', async (leads, severity) => {
    const hazard = await worst('alter table leads add column token uuid default gen_random_uuid()', leads);
    expect(hazard).toMatchObject({ code: 'rewrite_volatile_default', severity });
  });

  test('the message says rows, size and calls, by two digits', async () => {
    const hazard = await worst('create index i on leads (email)', { bytes: 1_234 * MB, rows: 8_460_000, callsPerSecond: 423 });
    expect(hazard?.message).toBe(
      'Nobody writes leads until the index is built. leads: about 8.5 million rows, 1.2 GB, 420 calls a second.',
    );
  });

  test('an instant’s lock on a table many use is said; on a quiet one it is not', async () => {
    const sql = 'alter table leads add column a int';
    expect(await worst(sql, { bytes: MB, rows: 1, callsPerSecond: 300 })).toMatchObject({
      code: 'busy_table',
      severity: 'warning',
      measured: true,
      message: expect.stringContaining('300 calls a second'),
    });
    expect(await worst(sql, { bytes: MB, rows: 1, callsPerSecond: 1 })).toBeUndefined();
  });

  test('a table made by an earlier statement is empty: nothing of it is read, and NOT NULL without a default works', async () => {
    const catalog = await aCatalog('create table fresh (id bigint primary key)');
    const [statement] = await verdicts('alter table fresh add column a int not null, add check (a > 0)', { catalog });
    expect(statement).toMatchObject({ scans: [], rewrites: [] });
    expect(codes(statement)).not.toContain('will_fail');
  });
});
