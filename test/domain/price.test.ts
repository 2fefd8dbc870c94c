import { describe, expect, it } from 'vitest';
import { priceLines, priceOfMigration, priceWords, type LossAnswer, type MigrationPrice, type RunPrice } from '../../src/domain/price.ts';
import { predictedRollbackMs, type RehearsedMigration } from '../../src/domain/proof.ts';
import { aPlan, aRehearsal } from '../support/plans.ts';

const QUESTION = { line: 1, what: 'values of leads.domain', sql: 'SELECT FROM leads' };
const REHEARSED: RehearsedMigration = { version: '0008', up: 'ok', down: 'exact', upAgain: 'ok', upMs: 1, downMs: 1, detail: '' };

function aPrice(
  answers: readonly LossAnswer[],
  parts: { irreversible?: boolean; rehearsed?: Partial<RehearsedMigration> } = {},
): MigrationPrice {
  const counted = {
    version: '0008',
    name: 'x',
    irreversible: parts.irreversible ?? false,
    questions: answers.map(() => QUESTION),
    answers,
  };
  return priceOfMigration(counted, parts.rehearsed === undefined ? null : { ...REHEARSED, ...parts.rehearsed });
}

const counted = (rows: number): LossAnswer => ({ state: 'counted', rows });
const UNKNOWN: LossAnswer = { state: 'unknown', why: 'the table is locked right now' };
const of = (...migrations: readonly MigrationPrice[]): RunPrice => ({ at: '2026-11-24T19:00:00.000Z', migrations });

describe('the price of a rollback', () => {
  it.each([
    ['nothing is taken away', aPrice([]), 'lossless', 0, 'lossless'],
    ['nothing of it is there now', aPrice([counted(0)]), 'lossless', 0, 'lossless'],
    ['rows have something', aPrice([counted(1), counted(1203)]), 'lossy', 1204, '1,204 rows lose something'],
    ['one row', aPrice([counted(1)]), 'lossy', 1, '1 row loses something'],
    [
      'so many that nobody counts on',
      aPrice([{ state: 'at least', rows: 1_000_000 }]),
      'lossy',
      1_000_000,
      'at least 1,000,000 rows lose something',
    ],
    ['part of it cannot be counted', aPrice([counted(5), UNKNOWN]), 'lossy', null, 'at least 5 rows lose something'],
    ['none of it can be counted: unknown is no pass', aPrice([UNKNOWN]), 'lossy', null, 'may lose data: not everything can be counted'],
    ['it is not applied yet', aPrice([{ state: 'not there' }]), 'lossy', 0, 'loses what is written to it until then'],
    ['no down', aPrice([], { irreversible: true }), 'irreversible', null, 'cannot be undone by SQL'],
    [
      'the rehearsal found no way back',
      aPrice([], { rehearsed: { down: 'irreversible' } }),
      'irreversible',
      null,
      'cannot be undone by SQL',
    ],
    [
      'the up itself takes something away',
      aPrice([], { rehearsed: { lost: ['the values of leads.notes do not come back'] } }),
      'lossy',
      0,
      'what the change itself removes does not come back',
    ],
  ] as const)('%s', (_, price, kind, rows, words) => {
    expect([price.kind, price.rows, priceWords(of(price))]).toEqual([kind, rows, words]);
  });

  it('of several migrations is the worst of them', () => {
    expect(priceWords(of(aPrice([]), aPrice([counted(2)])))).toBe('2 rows lose something');
    expect(priceWords(of(aPrice([counted(2)]), aPrice([], { irreversible: true })))).toBe('cannot be undone by SQL');
  });

  it('names each thing that is lost, and nothing that is not', () => {
    const price = aPrice([counted(0), counted(7), UNKNOWN, { state: 'not there' }], {
      rehearsed: { lost: ['the values of leads.notes do not come back'] },
    });
    expect(priceLines(of(price))).toEqual([
      '0008 takes away values of leads.domain: 7 rows now',
      '0008 takes away values of leads.domain: not counted, the table is locked right now',
      '0008 will take away values of leads.domain: whatever is written there by then',
      '0008: the values of leads.notes do not come back',
    ]);
  });
});

describe('the time a rollback takes (R24)', () => {
  const plan = aPlan();
  const rehearsal = aRehearsal(plan, { backupId: 'b', at: plan.plannedAt });

  it('R24 is three times what the downs took on the copy, and grows with every one of them', () => {
    expect(predictedRollbackMs(rehearsal)).toBe(3 * plan.migrations.length * 900);
    const slower = { ...rehearsal, migrations: rehearsal.migrations.map((entry) => ({ ...entry, downMs: entry.downMs + 100 })) };
    expect(predictedRollbackMs(slower)).toBe(predictedRollbackMs(rehearsal) + 3 * plan.migrations.length * 100);
  });
});
