import type { MachineItem } from '../../domain/items.ts';
import type { Finding, LockEdge, LongQuery, Reading } from '../../ports.ts';
import { check } from '../../usecases/check.ts';
import { printJson, type Cli, type Session } from '../session.ts';
import { table } from '../table.ts';
import { findingsExit, findingsView } from '../views/findings.ts';

const DATABASE: readonly MachineItem[] = ['connections', 'long_queries', 'replication_lag', 'disk', 'latency'];

/** `offpeak db …`: the runbook's three database checks (R25–R27) with what stands behind them (R96–R98). Each fails unless it passes. */
export function dbVerbs({ program, verb }: Cli): void {
  const db = program.command('db').description('look at the database, as the runbook asks');
  const add = (name: string, description: string, look: (session: Session) => Promise<Looked>) => {
    const command = db.command(name).description(description).option('--json', 'as JSON');
    verb<{ json?: boolean }>(command, async (session, { json }) => {
      const { findings, detail, lines } = await look(session);
      if (json) printJson(session, { findings, ...detail });
      else session.terminal.out([findingsView(findings), ...lines].join('\n\n'));
      return findingsExit(findings);
    });
  };
  add('health-checks', 'connections by state, long queries, lag, disk, latency, and who waits for whom', health);
  add('check-long-queries', 'queries and transactions that are too old', longQueries);
  add('replication-lag', 'how far replicas are behind', async (session) => ({
    findings: await found(session, ['replication_lag']),
    detail: {},
    lines: [],
  }));
}

/** What was judged, and what stands behind it for people and for programs. */
type Looked = {
  readonly findings: readonly Finding[];
  readonly detail: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
};

async function found({ services, target }: Session, items: readonly MachineItem[]): Promise<readonly Finding[]> {
  return check(
    { ledger: services.ledger, targets: services.targets, checks: services.checks.filter(({ item }) => items.includes(item)) },
    target.name,
  );
}

async function health(session: Session): Promise<Looked> {
  const { database } = session.target.sources;
  const [findings, connections, locks] = await Promise.all([found(session, DATABASE), database.connections(), database.lockWaits()]);
  const states = shown(connections, ({ byState }) =>
    table(
      Object.entries(byState).map(([state, number]) => [String(number), state]),
      '  ',
    ),
  );
  const waits = shown(locks, (edges) => (edges.length === 0 ? '  nobody' : table(edges.map(lockRow), '  ')));
  return { findings, detail: { connections, locks }, lines: [`Connections by state\n${states}`, `Waiting for a lock\n${waits}`] };
}

async function longQueries(session: Session): Promise<Looked> {
  const { sources, thresholds } = session.target;
  const [findings, queries] = await Promise.all([
    found(session, ['long_queries']),
    sources.database.longQueries(thresholds.longQuerySeconds),
  ]);
  const list = shown(queries, (rows) => (rows.length === 0 ? '  none' : table(rows.map(queryRow), '  ')));
  return { findings, detail: { queries }, lines: [`Older than ${thresholds.longQuerySeconds} s\n${list}`] };
}

function shown<T>(reading: Reading<T>, show: (value: T) => string): string {
  return reading.ok ? show(reading.value) : `  UNKNOWN: ${reading.why}`;
}

function queryRow({ pid, seconds, state, application, query }: LongQuery): readonly string[] {
  return [`pid ${pid}`, `${Math.round(seconds)} s`, state, application, query.replaceAll(/\s+/g, ' ').slice(0, 120)];
}

function lockRow({ waiter, blockers, seconds, application }: LockEdge): readonly string[] {
  return [`pid ${waiter}`, `${Math.round(seconds)} s`, application, `behind ${blockers.map((pid) => `pid ${pid}`).join(', ')}`];
}
