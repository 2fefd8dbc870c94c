import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FormatName } from '../../../src/domain/formats.ts';
import type { AppliedMigration, TargetContext } from '../../../src/ports.ts';
import { migrationSource } from '../../../src/migration/source.ts';
import { drawPlan } from '../../../src/usecases/plan.ts';
import { aPlan } from '../../support/runs.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drift-'));
});
afterEach(() => rm(directory, { recursive: true }));
const file = (name: string, text: string) => writeFile(join(directory, name), text);

async function planned(
  format: FormatName,
  applied: readonly (readonly [version: string, upSha256: string])[],
): Promise<string | readonly string[]> {
  const { identity, fingerprint, plannedAt, ...rest } = aPlan();
  const rows = applied.map(([version, upSha256]): AppliedMigration => ({
    version,
    name: 'x',
    upSha256,
    appliedAt: plannedAt,
    runId: 'adopted',
  }));
  const target: Partial<TargetContext['target']> = {
    applied: async () => rows,
    identity: async () => identity,
    fingerprint: async () => ({ hash: fingerprint, lines: [] }),
  };
  const migrations = migrationSource({ directory, format, serverMajor: () => Promise.resolve(17) });
  const sources = { database: {}, application: {} };
  const drawn = await drawPlan({ ...rest, name: 'acme', migrations, target, sources } as unknown as TargetContext, plannedAt);
  if (drawn.ok) return drawn.plan.migrations.map(({ version }) => version);
  return drawn.refusal.code === 'migrations_unreadable' ? drawn.refusal.detail : drawn.refusal.code;
}

const sha = async (format: FormatName, version: string) => {
  const { files } = await migrationSource({ directory, format, serverMajor: () => Promise.resolve(17) }).adoptable();
  return files.find((found) => found.version === version)?.up.sha256 ?? '';
};

test('what comes later in the order of its tool is planned, whatever its number', async () => {
  await mkdir(join(directory, '2024-01-01-000000-0000_a'));
  await mkdir(join(directory, '2024-01-02-000000_b'));
  await file('2024-01-01-000000-0000_a/up.sql', 'SELECT 1');
  await file('2024-01-02-000000_b/up.sql', 'SELECT 1');
  await file('2024-01-02-000000_b/down.sql', 'SELECT 1');
  const applied = [['202401010000000000', await sha('diesel', '202401010000000000')]] as const;
  expect(await planned('diesel', applied)).toEqual(['20240102000000']);
});

describe('a plan is refused with the names of the files', () => {
  test('that were edited after they were applied', async () => {
    await file('1_a.sql', '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n');
    await file('2_b.sql', '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n');
    await file('3_c.sql', '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n');
    const applied = [
      ['1', await sha('goose', '1')],
      ['2', await sha('goose', '2')],
    ] as const;
    expect(await planned('goose', applied)).toEqual(['3']);
    await file('1_a.sql', '-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 20;\n');
    expect(await planned('goose', applied)).toEqual(['3']);
    await file('1_a.sql', '-- +goose Up\nSELECT 10;\n');
    await file('2_b.sql', '-- +goose Up\nSELECT 10;\n');
    expect(await planned('goose', applied)).toMatch(/^1_a\.sql, 2_b\.sql were edited after they were applied\./);
  });

  test('that are older than what is applied', async () => {
    for (const name of ['0001_a', '0002_late', '0003_c']) {
      await file(`${name}.up.sql`, 'SELECT 1');
      await file(`${name}.down.sql`, 'SELECT 2');
    }
    expect(
      await planned('native', [
        ['0001', ''],
        ['0003', ''],
      ]),
    ).toMatch(/^0002_late\.up\.sql: is older than 0003_c\.up\.sql, which is applied already/);
    expect(
      await planned('native', [
        ['1', ''],
        ['2', ''],
      ]),
    ).toEqual(['0003']);
  });

  test('that have no way back, and where it is expected', async () => {
    await file('V1__a.sql', 'SELECT 1');
    expect(await planned('flyway', [])).toMatch(/^1_a has no way back: down\/V1__a\.sql is missing or has no statement/);
    await file('U1__a.sql', 'SELECT 2');
    expect(await planned('flyway', [])).toEqual(['1']);
  });
});
