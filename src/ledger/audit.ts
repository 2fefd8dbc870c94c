import { isActive } from '../domain/run.ts';
import type { Audit, ChainLink } from '../ports.ts';
import { fault, linkOf, walk, type Sha256, type Walk } from './audit/chain.ts';
import type { Connection, Rows } from './connection.ts';
import { eventsAfter } from './event-log.ts';
import { foldsFrom } from './folds.ts';
import { isRunId, runRowsAfter, type RunRow } from './run-rows.ts';

const PAGE = 500;

/**
 * The history, and the proof that it is whole. What a chain cannot prove by itself is its own end: someone who removes the last events
 * and mends the runs leaves a shorter chain that fits. So the head is answered, to be kept somewhere else and compared.
 */
export function audit(connection: Connection, sha256: Sha256): Audit {
  return {
    history: async (filter): Promise<readonly ChainLink[]> => {
      if (filter.runId !== undefined && !isRunId(filter.runId)) return [];
      const from = { after: filter.after ?? 0, runId: filter.runId ?? null, limit: filter.limit };
      return (await eventsAfter(connection.rows, from)).map(linkOf);
    },
    // One snapshot for all pages, so that a run that works meanwhile does not look like a break.
    verify: async () => await connection.transaction((rows) => verify(rows, sha256), 'REPEATABLE READ READ ONLY'),
  };
}

async function verify(rows: Rows, sha256: Sha256): ReturnType<Audit['verify']> {
  const on = walk();
  const broken = (await brokenLink(rows, on, sha256)) ?? (await brokenRun(rows, on));
  return { ok: broken === null, events: on.position, head: on.head, broken };
}

async function brokenLink(rows: Rows, on: Walk, sha256: Sha256): Promise<string | null> {
  for (;;) {
    const page = await eventsAfter(rows, { after: on.position, runId: null, limit: PAGE });
    for (const row of page) {
      const found = fault(on, row, sha256);
      if (found !== null) return found;
    }
    if (page.length < PAGE) return null;
  }
}

/** Whether the rows of runs say what the events say. A removed tail shows here, unless the run was mended too. */
async function brokenRun(rows: Rows, on: Walk): Promise<string | null> {
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const page = await runRowsAfter(rows, { after, limit: PAGE });
    for (const row of page) {
      const found = differs(row, on) ?? (await foldsDifferently(rows, row));
      if (found !== null) return found;
      on.runs.delete(row.id);
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.number;
  }
  const [orphan] = on.runs.values();
  return orphan === undefined ? null : `run #${orphan.number} has events, but the run itself is missing`;
}

function differs(row: RunRow, on: Walk): string | null {
  const events = on.runs.get(row.id);
  const has = events?.seq ?? 0;
  if (row.version > has)
    return `position ${on.position + 1} or a later one is missing: run #${row.number} has had ${row.version} events, the chain knows ${has}`;
  if (row.version < has) return `run #${row.number} was changed: it has had ${row.version} events, the chain knows ${has}`;
  if (events === undefined || row.head !== events.hash) return `run #${row.number} was changed: its last hash is not the one in the chain`;
  if (row.number !== events.number || row.target !== events.target)
    return `run #${row.number} was changed: in the chain it is run #${events.number} of ${events.target}`;
  return null;
}

/** The columns that a claim and the rule of one active run go by must be what the events come to. */
async function foldsDifferently(rows: Rows, row: RunRow): Promise<string | null> {
  const [run] = await foldsFrom(rows, [row]);
  if (run?.state === row.state && isActive(run) === row.active) return null;
  const activity = row.active ? 'active' : 'over';
  return `run #${row.number} was changed: it says ${row.state} and ${activity}, its events say ${run?.state ?? 'nothing'}`;
}
