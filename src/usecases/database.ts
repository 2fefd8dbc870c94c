import type { MachineItem } from '../domain/items.ts';
import type { DatabaseReadings, Finding, Services, TargetContext } from '../ports.ts';
import { check } from './check.ts';

/** The runbook's three looks at a database, by the names it gives them (L46–56). */
export const LOOKS = ['health-checks', 'check-long-queries', 'replication-lag'] as const;
export type Look = (typeof LOOKS)[number];

const LINES: Readonly<Record<Look, readonly MachineItem[]>> = {
  'health-checks': ['connections', 'long_queries', 'replication_lag', 'disk', 'latency'],
  'check-long-queries': ['long_queries'],
  'replication-lag': ['replication_lag'],
};

type Answer<Name extends 'connections' | 'longQueries' | 'lockWaits'> = Awaited<ReturnType<DatabaseReadings[Name]>>;

/** What was judged, and what stands behind it: only what this look asks for. */
export type Looked = {
  readonly findings: readonly Finding[];
  readonly connections?: Answer<'connections'>;
  readonly locks?: Answer<'lockWaits'>;
  readonly queries?: Answer<'longQueries'>;
  /** What counts as long, in seconds. */
  readonly longSeconds: number;
};

/** Looks at one target's database now: its limits (R25–R27) and who stands behind them (R96–R98). What cannot be read is said, and no pass. */
export async function lookAtDatabase(
  services: Pick<Services, 'targets' | 'checks'> & Parameters<typeof check>[0],
  { name, sources, thresholds }: Pick<TargetContext, 'name' | 'sources' | 'thresholds'>,
  look: Look,
): Promise<Looked> {
  const { ledger, targets, checks } = services;
  const judged = { ledger, targets, checks: checks.filter(({ item }) => LINES[look].includes(item)) };
  const longSeconds = thresholds.longQuerySeconds;
  const { database } = sources;
  const health = look === 'health-checks';
  const [findings, connections, locks, queries] = await Promise.all([
    check(judged, name),
    health ? database.connections() : undefined,
    health ? database.lockWaits() : undefined,
    look === 'check-long-queries' ? database.longQueries(longSeconds) : undefined,
  ]);
  return { findings, longSeconds, ...(connections && { connections }), ...(locks && { locks }), ...(queries && { queries }) };
}
