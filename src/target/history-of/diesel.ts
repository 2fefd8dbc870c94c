import { utc, type ToolHistory } from './tool-history.ts';

/** A row for each version, without its dashes. */
export const dieselHistory: ToolHistory = {
  table: '__diesel_schema_migrations',
  columns: ['version', 'run_on'],
  read: async (client, table) => {
    const { rows } = await client.query<{ key: string; at: string }>(
      `SELECT version::text AS key, ${utc('run_on')} AS at FROM ${table} ORDER BY version`,
    );
    return { dirty: [], applied: rows.map(({ key, at }) => ({ key, checksum: null, appliedAt: at })), upTo: null };
  },
};
