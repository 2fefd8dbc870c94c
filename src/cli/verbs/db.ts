import { databaseText } from '../../slack/render/database.ts';
import { lookAtDatabase, LOOKS, type Look } from '../../usecases/database.ts';
import { findingsExit } from '../views/findings.ts';
import { printJson, type Cli } from '../session.ts';

const DESCRIPTIONS: Readonly<Record<Look, string>> = {
  'health-checks': 'connections by state, long queries, lag, disk, latency, and who waits for whom',
  'check-long-queries': 'queries and transactions that are too old',
  'replication-lag': 'how far replicas are behind',
};

/** `offpeak db …`: the runbook's three database checks (R25–R27) with what stands behind them (R96–R98). Each fails unless it passes. */
export function dbVerbs({ program, verb }: Cli): void {
  const db = program.command('db').description('look at the database, as the runbook asks');
  for (const look of LOOKS) {
    const command = db.command(look).description(DESCRIPTIONS[look]).option('--json', 'as JSON');
    verb<{ json?: boolean }>(command, async (session, { json }) => {
      const looked = await lookAtDatabase(session.services, session.target, look);
      const { longSeconds: _, ...told } = looked;
      if (json) printJson(session, told);
      else session.terminal.out(databaseText(looked));
      return findingsExit(looked.findings);
    });
  }
}
