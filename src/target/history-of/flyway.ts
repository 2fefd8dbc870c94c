import type { AppliedElsewhere } from '../../ports.ts';
import { utc, type ToolHistory } from './tool-history.ts';

type Row = {
  readonly version: string | null;
  readonly description: string;
  readonly type: string;
  readonly checksum: number | null;
  readonly success: boolean;
  readonly at: string;
};

/**
 * A row for each act in the order of `installed_rank`: a version, an undo of it, a repeatable (without version), a baseline
 * (everything up to it is applied), a deleted mark. A row without success is dirty.
 */
export const flywayHistory: ToolHistory = {
  table: 'flyway_schema_history',
  columns: ['installed_rank', 'version', 'description', 'type', 'checksum', 'success'],
  read: async (client, table) => {
    const { rows } = await client.query<Row>(
      `SELECT version, description, type, checksum, success, ${utc('installed_on')} AS at FROM ${table} ORDER BY installed_rank`,
    );
    const applied = new Map<string, AppliedElsewhere>();
    let upTo: string | null = null;
    const dirty: string[] = [];
    for (const row of rows) {
      const key = row.version === null ? `R__${row.description}` : row.version;
      if (!row.success) dirty.push(`${row.version ?? row.description} failed at ${row.at}`);
      else if (row.type === 'BASELINE' || row.type === 'SQL_BASELINE') upTo = key;
      else if (row.type === 'DELETE' || row.type.startsWith('UNDO')) applied.delete(key);
      else if (row.type === 'SQL')
        applied.set(key, { key, checksum: row.checksum === null ? null : String(row.checksum), appliedAt: row.at });
      else if (row.type !== 'SCHEMA') dirty.push(`${row.version ?? row.description} is of the type ${row.type}, and Offpeak runs only SQL`);
    }
    return { dirty, applied: [...applied.values()], upTo };
  },
};
