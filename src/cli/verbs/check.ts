import { check } from '../../usecases/check.ts';
import { printJson, type Cli } from '../session.ts';
import { findingsTable } from '../../slack/render/database.ts';
import { findingsExit } from '../views/findings.ts';

/** `offpeak check`: reads every machine line of the checklist now, without a run (R38). Fails unless all pass. */
export function checkVerb({ program, verb }: Cli): void {
  const command = program.command('check').description('read every machine line of the checklist now').option('--json', 'as JSON');
  verb<{ json?: boolean }>(command, async (session, { json }) => {
    const findings = await check(session.services, session.target.name, { hooks: true });
    if (json) printJson(session, findings);
    else session.terminal.out(findingsTable(findings));
    return findingsExit(findings);
  });
}
