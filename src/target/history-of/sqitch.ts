import { utc, type ToolHistory } from './tool-history.ts';

/** A row for each deployed change with SHA-1 of its deploy script; a reworked change has one for each time it was planned. */
export const sqitchHistory: ToolHistory = {
  table: 'changes',
  columns: ['change_id', 'script_hash', 'change', 'planned_at', 'committed_at'],
  read: async (client, table) => {
    const { rows } = await client.query<{ change: string; instance: number; checksum: string | null; at: string }>(
      `SELECT change, row_number() OVER (PARTITION BY project, change ORDER BY planned_at)::int AS instance,
              script_hash AS checksum, ${utc('committed_at')} AS at
       FROM ${table} ORDER BY committed_at`,
    );
    const key = (change: string, instance: number) => (instance === 1 ? change : `${change}@${instance}`);
    const applied = rows.map(({ change, instance, checksum, at }) => ({ key: key(change, instance), checksum, appliedAt: at }));
    return { dirty: [], applied, upTo: null };
  },
};
