import { titleOf, type Verdict } from '../../domain/items.ts';
import type { Finding, LockEdge, LongQuery, Reading } from '../../ports.ts';
import type { Look, Looked } from '../../usecases/database.ts';
import { section, type Message } from './block-kit.ts';
import { table } from './table.ts';
import { codeBlock, phrase } from './text.ts';

const WORDS: Readonly<Record<Verdict, string>> = { pass: 'ok', breach: 'FAILS', unknown: 'UNKNOWN' };
/** What fits a section with its fence and head. */
const LONGEST = 2_700;

/** Each reading against its limit, with where it comes from. */
export function findingsTable(findings: readonly Finding[]): string {
  return table(findings.map(({ item, verdict, value, limit, source }) => [WORDS[verdict], titleOf(item), value, limit, source]));
}

/** A look at the database as text with aligned columns: the very same at the terminal and in Slack (R96–R98). */
export function databaseText({ findings, connections, locks, queries, longSeconds }: Looked): string {
  const parts = [findingsTable(findings)];
  if (connections !== undefined) parts.push(`Connections by state\n${shown(connections, ({ byState }) => statesOf(byState))}`);
  if (locks !== undefined) parts.push(`Waiting for a lock\n${shown(locks, (edges) => listed(edges.map(lockRow), 'nobody'))}`);
  if (queries !== undefined) parts.push(`Older than ${longSeconds} s\n${shown(queries, (rows) => listed(rows.map(queryRow), 'none'))}`);
  return parts.join('\n\n');
}

/** The answer to `/migrate db`, for the one who asked. */
export function databaseMessage(target: string, look: Look, looked: Looked): Message {
  const failing = looked.findings.filter(({ verdict }) => verdict !== 'pass').length;
  const word =
    failing === 0 && looked.findings.length > 0 ? 'all as it must be' : `${failing} of ${looked.findings.length} not as it must be`;
  const head = `*${phrase(target, 100)}* · ${look}: ${word}. Nothing was changed.`;
  return { text: `${target}, ${look}: ${word}.`, blocks: [section(`${head}\n${codeBlock(databaseText(looked), LONGEST)}`)] };
}

function shown<T>(reading: Reading<T>, show: (value: T) => string): string {
  return reading.ok ? show(reading.value) : `  UNKNOWN: ${reading.why}`;
}

function listed(rows: readonly (readonly string[])[], none: string): string {
  return rows.length === 0 ? `  ${none}` : table(rows, '  ');
}

function statesOf(byState: Readonly<Record<string, number>>): string {
  return listed(
    Object.entries(byState).map(([state, number]) => [String(number), state]),
    'none',
  );
}

function queryRow({ pid, seconds, state, application, query }: LongQuery): readonly string[] {
  return [`pid ${pid}`, `${Math.round(seconds)} s`, state, application, query.replaceAll(/\s+/g, ' ').slice(0, 120)];
}

function lockRow({ waiter, blockers, seconds, application }: LockEdge): readonly string[] {
  return [`pid ${waiter}`, `${Math.round(seconds)} s`, application, `behind ${blockers.map((pid) => `pid ${pid}`).join(', ')}`];
}
