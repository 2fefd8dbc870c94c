import { utc, type ToolHistory } from './tool-history.ts';

/** A row for each version (older releases: for each act, the newest counts); version 0 is the table's own. */
export const gooseHistory: ToolHistory = {
  table: 'goose_db_version',
  columns: ['version_id', 'is_applied'],
  read: async (client, table) => {
    const { rows } = await client.query<{ key: string; is_applied: boolean; at: string | null }>(
      `SELECT key, is_applied, at FROM (
         SELECT DISTINCT ON (version_id) id, version_id::text AS key, is_applied, ${utc('tstamp')} AS at
         FROM ${table} WHERE version_id > 0 ORDER BY version_id, id DESC) AS newest
       ORDER BY id`,
    );
    const applied = rows.filter((row) => row.is_applied).map(({ key, at }) => ({ key, checksum: null, appliedAt: at }));
    return { dirty: [], applied, upTo: null };
  },
};
