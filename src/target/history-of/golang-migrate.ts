import type { ToolHistory } from './tool-history.ts';

/** One row: the newest version, and whether it broke off half way. No row after everything was undone. */
export const golangMigrateHistory: ToolHistory = {
  table: 'schema_migrations',
  columns: ['version', 'dirty'],
  read: async (client, table) => {
    const { rows } = await client.query<{ version: string; dirty: boolean }>(`SELECT version::text, dirty FROM ${table}`);
    const [row, ...others] = rows;
    const dirty = row?.dirty === true ? [`version ${row.version} is dirty: it broke off half way`] : [];
    const many =
      others.length === 0 ? [] : [`${rows.length} rows, where golang-migrate keeps one: it is another tool's, or was edited by hand`];
    return { dirty: [...dirty, ...many], applied: [], upTo: row === undefined || row.version.startsWith('-') ? null : row.version };
  },
};
