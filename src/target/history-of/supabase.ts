import type { ToolHistory } from './tool-history.ts';

/** One row for each version with the statements it ran; the statements are cut by its CLI in its own way, so they are no checksum. */
export const supabaseHistory: ToolHistory = {
  table: 'schema_migrations',
  columns: ['version', 'statements'],
  read: async (client, table) => {
    const { rows } = await client.query<{ key: string }>(`SELECT version::text AS key FROM ${table} ORDER BY version`);
    return { dirty: [], applied: rows.map(({ key }) => ({ key, checksum: null, appliedAt: null })), upTo: null };
  },
};
