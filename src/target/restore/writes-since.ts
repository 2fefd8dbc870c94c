import type { Client } from 'pg';
import type { WritesSince } from '../../domain/restore.ts';
import type { Manifest } from '../backup/manifest.ts';
import { readWriteCounters, type WriteCounters } from '../backup/write-counters.ts';

const MOST = 3;

/** What was written to the live database since the backup, from the server's own counters (R85). Unknown is said, and never zero. */
export async function writesSince(client: Client, { backup, counters }: Pick<Manifest, 'backup' | 'counters'>): Promise<WritesSince> {
  const now = await readWriteCounters(client);
  const wal = await client
    .query<{ bytes: number }>('select greatest(0, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1::pg_lsn))::float8 as bytes', [backup.lsn])
    .then(({ rows }) => rows[0]?.bytes ?? null)
    .catch(() => null);
  const base = { since: backup.serverTime ?? backup.startedAt, walBytes: wal };
  const why = whyNotCounted(counters, now);
  if (why !== '' || counters === undefined || now === null) return { ...base, rows: null, most: [], why };
  return { ...base, ...difference(counters, now), why: '' };
}

function whyNotCounted(then: WriteCounters | undefined, now: WriteCounters | null): string {
  if (then === undefined) return 'this backup did not note the counters of the server';
  if (now === null) return 'the server does not show its counters';
  return then.resetAt === now.resetAt ? '' : 'the server began to count anew since the backup';
}

/** Pure. A table that was dropped since took its counters along; a new one counts from zero. */
function difference(then: WriteCounters, now: WriteCounters): Pick<WritesSince, 'rows' | 'most'> {
  const before = new Map(then.tables.map((entry) => [entry.table, entry]));
  const written = now.tables.map(({ table, inserted, updated, deleted }) => {
    const was = before.get(table);
    const since = (count: number, old: number | undefined) => Math.max(0, count - (old ?? 0));
    return {
      table,
      inserted: since(inserted, was?.inserted),
      updated: since(updated, was?.updated),
      deleted: since(deleted, was?.deleted),
    };
  });
  const sum = (of: (entry: (typeof written)[number]) => number) => written.reduce((total, entry) => total + of(entry), 0);
  const all = (entry: (typeof written)[number]) => entry.inserted + entry.updated + entry.deleted;
  const most = written.filter((entry) => all(entry) > 0).toSorted((a, b) => all(b) - all(a));
  return {
    rows: { inserted: sum(({ inserted }) => inserted), updated: sum(({ updated }) => updated), deleted: sum(({ deleted }) => deleted) },
    most: most.slice(0, MOST).map((entry) => `${entry.table} ${all(entry).toLocaleString('en-US')}`),
  };
}
