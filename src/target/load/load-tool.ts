import type { LoadTool } from '../../ports.ts';
import { withSession, type Session } from '../session.ts';
import { DEFAULT_TUNING } from '../tuning.ts';
import { busiestQueries } from './busiest.ts';
import { measureLoad, QUERY_MS } from './measure.ts';
import { COUNT_MS, rowCounts } from './rows.ts';

/** Measures loads and counts rows on one database, each over a session of its own. Nothing is connected before the first question. */
export function loadTool(connectionString: string): LoadTool {
  const ask = <T>(what: string, statementTimeoutMs: number, question: (session: Session) => Promise<T>): Promise<T> =>
    withSession(
      {
        connectionString,
        connectMs: DEFAULT_TUNING.connectMs,
        settings: { applicationName: `offpeak:${what}`, lockTimeoutMs: 1_000, statementTimeoutMs },
      },
      question,
    );
  return {
    busiest: (top) => ask('busiest', COUNT_MS, ({ client }) => busiestQueries(client, top)),
    measure: (request) => ask('load', QUERY_MS, ({ client }) => measureLoad(client, request)),
    rows: (relations) => ask('rows', COUNT_MS, ({ client }) => rowCounts(client, relations)),
  };
}
