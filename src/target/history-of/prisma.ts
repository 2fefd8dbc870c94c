import { utc, type ToolHistory } from './tool-history.ts';

type Row = { readonly key: string; readonly checksum: string; readonly begun_at: string; readonly ended_at: string | null };

/** A row for each try: `rolled_back_at` means that it counts for nothing, no `finished_at` that it failed. */
export const prismaHistory: ToolHistory = {
  table: '_prisma_migrations',
  columns: ['migration_name', 'checksum', 'finished_at', 'rolled_back_at'],
  read: async (client, table) => {
    const { rows } = await client.query<Row>(
      `SELECT migration_name AS key, checksum, ${utc('started_at')} AS begun_at, ${utc('finished_at')} AS ended_at
       FROM ${table} WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name`,
    );
    const failed = rows.filter((row) => row.ended_at === null);
    return {
      dirty: failed.map((row) => `${row.key} was begun at ${row.begun_at} and never finished`),
      applied: rows
        .filter((row) => row.ended_at !== null)
        .map((row) => ({ key: row.key, checksum: row.checksum, appliedAt: row.ended_at })),
      upTo: null,
    };
  },
};
