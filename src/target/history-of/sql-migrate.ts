import { utc, type ToolHistory } from './tool-history.ts';

/** A row for each file, by its whole name. */
export const sqlMigrateHistory: ToolHistory = {
  table: 'gorp_migrations',
  columns: ['id', 'applied_at'],
  read: async (client, table) => {
    const { rows } = await client.query<{ key: string; at: string | null }>(
      `SELECT id AS key, ${utc('applied_at')} AS at FROM ${table} ORDER BY applied_at, id`,
    );
    return { dirty: [], applied: rows.map(({ key, at }) => ({ key, checksum: null, appliedAt: at })), upTo: null };
  },
};
