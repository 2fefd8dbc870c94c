import { utc, type ToolHistory } from './tool-history.ts';

type Row = { readonly key: string; readonly checksum: string; readonly success: boolean; readonly at: string | null };

/** A row for each version with SHA-384 of its file; `success` false means that it broke off. */
export const sqlxHistory: ToolHistory = {
  table: '_sqlx_migrations',
  columns: ['version', 'checksum', 'success'],
  read: async (client, table) => {
    const { rows } = await client.query<Row>(
      `SELECT version::text AS key, encode(checksum, 'hex') AS checksum, success, ${utc('installed_on')} AS at FROM ${table} ORDER BY version`,
    );
    return {
      dirty: rows.filter(({ success }) => !success).map(({ key }) => `version ${key} is dirty: it broke off half way`),
      applied: rows.map(({ key, checksum, at }) => ({ key, checksum, appliedAt: at })),
      upTo: null,
    };
  },
};
