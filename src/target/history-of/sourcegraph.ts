import { utc, type ToolHistory } from './tool-history.ts';

type Row = { readonly key: string; readonly up: boolean; readonly success: boolean | null; readonly at: string };

/** A log of every up and down; the newest line of a version counts, and one without success is dirty. */
export const sourcegraphHistory: ToolHistory = {
  table: 'migration_logs',
  columns: ['version', 'up', 'success', 'started_at', 'schema'],
  read: async (client, table) => {
    const { rows } = await client.query<Row & { schemas: number }>(
      `SELECT key, up, success, at, schemas FROM (
         SELECT DISTINCT ON (version) id, version::text AS key, up, success, ${utc('started_at')} AS at,
                (SELECT count(DISTINCT schema)::int FROM ${table}) AS schemas
         FROM ${table} ORDER BY version, id DESC) AS newest
       ORDER BY id`,
    );
    const several = rows.some(({ schemas }) => schemas > 1)
      ? ['it logs several schemas in one table, which cannot be told apart by version']
      : [];
    const broken = rows.filter(({ success }) => success !== true).map(({ key, at }) => `version ${key}, begun at ${at}, did not succeed`);
    const applied = rows.filter(({ up, success }) => up && success === true).map(({ key, at }) => ({ key, checksum: null, appliedAt: at }));
    return { dirty: [...several, ...broken], applied, upTo: null };
  },
};
