import type { ToolHistory } from './tool-history.ts';

/** One row for each version, nothing else. */
export const dbmateHistory: ToolHistory = {
  table: 'schema_migrations',
  columns: ['version'],
  without: ['dirty', 'statements'],
  read: async (client, table) => {
    const { rows } = await client.query<{ key: string }>(`SELECT version::text AS key FROM ${table} ORDER BY version`);
    return { dirty: [], applied: rows.map(({ key }) => ({ key, checksum: null, appliedAt: null })), upTo: null };
  },
};
