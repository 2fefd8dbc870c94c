import { utc, type ToolHistory } from './tool-history.ts';

/** A row for each file, by its name without the extension. */
export const nodePgMigrateHistory: ToolHistory = {
  table: 'pgmigrations',
  columns: ['name', 'run_on'],
  read: async (client, table) => {
    const { rows } = await client.query<{ key: string; at: string }>(
      `SELECT name AS key, ${utc('run_on')} AS at FROM ${table} ORDER BY run_on, id`,
    );
    return { dirty: [], applied: rows.map(({ key, at }) => ({ key, checksum: null, appliedAt: at })), upTo: null };
  },
};
