import type { Run } from '../../domain/run.ts';
import { STATE_WORDS } from '../../slack/render/state-words.ts';
import { BadUsage, EXIT } from '../exit.ts';
import { printJson, type Cli, type Session } from '../session.ts';
import { table } from '../../slack/render/table.ts';

/** `offpeak history`: the runs of a target, newest first. */
export function historyVerb({ program, verb }: Cli): void {
  const command = program
    .command('history')
    .description('the last runs, newest first')
    .option('--limit <number>', 'how many', '20')
    .option('--json', 'as JSON');
  verb<{ limit: string; json?: boolean }>(command, async (session, { limit, json }) => {
    if (!/^[1-9]\d{0,3}$/.test(limit)) throw new BadUsage(`--limit ${limit}: write a number from 1 to 9999.`);
    const runs = await session.services.ledger.list({ target: session.target.name, limit: Number(limit) });
    if (json) printJson(session, runs.map(record));
    else session.terminal.out(runs.length === 0 ? 'No run yet.' : table(runs.map((run) => row(session, run))));
    return EXIT.done;
  });
}

/** The record of a run in one object (R120). */
function record(run: Run) {
  return {
    number: run.number,
    target: run.target,
    state: run.state,
    migrations: run.plan.migrations.map(({ version, name }) => `${version}_${name}`),
    digest: run.digest,
    runbook: run.plan.runbook,
    requester: run.requester.name,
    approvers: run.approvals.map((approval) => approval.by.name),
    plannedAt: run.plan.plannedAt,
    t0: run.t0,
    endedAt: run.end?.at ?? null,
    result: run.end?.detail ?? null,
    backup: run.backup?.id ?? null,
  };
}

function row({ when }: Session, run: Run): readonly string[] {
  const versions = run.plan.migrations.map(({ version }) => version).join(', ');
  return [
    `#${run.number}`,
    STATE_WORDS[run.state].word,
    when(run.end?.at ?? run.plan.plannedAt),
    versions,
    `@${run.requester.name}`,
    run.end?.detail ?? '',
  ];
}
