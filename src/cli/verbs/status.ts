import { between } from '../../domain/instant.ts';
import type { Run } from '../../domain/run.ts';
import type { ProcessBeat } from '../../ports.ts';
import { runName, STATE_WORDS } from '../../slack/render/state-words.ts';
import { status, type TargetStatus } from '../../usecases/status.ts';
import { EXIT } from '../exit.ts';
import { printJson, type Cli, type Session } from '../session.ts';
import { table } from '../../slack/render/table.ts';
import { freezeRows } from '../views/freeze.ts';
import { runView } from '../views/run.ts';

/** `offpeak status`: what is applied, what is pending, what runs, which processes live. Fails when files or target cannot be read. */
export function statusVerb({ program, verb }: Cli): void {
  const command = program.command('status').description('what is applied, what is pending, what runs').option('--json', 'as JSON');
  verb<{ json?: boolean }>(command, async (session, { json }) => {
    const standing = await status(session.services, session.target.name);
    if (json) printJson(session, lean(standing));
    else session.terminal.out(statusView(session, standing));
    return standing.problem === null ? EXIT.done : EXIT.failed;
  });
}

/** Without the counters of every statement of the target, which only the end of a run needs. */
function lean({ active, latest, ...standing }: TargetStatus): object {
  const shown = (run: Run) => ({ ...run, forEnd: undefined });
  return { ...standing, active: active && { ...active, run: shown(active.run) }, latest: latest && shown(latest) };
}

function statusView({ services, when }: Session, standing: TargetStatus): string {
  const { applied, pending, active, latest, processes, problem } = standing;
  const newest = applied.at(-1);
  const rows = [
    ['Target', standing.target],
    ['Now', when(standing.now)],
    ...freezeRows(services.targets.get(standing.target)?.window, standing.now),
    [
      'Applied',
      problem !== null ? 'unknown' : newest === undefined ? 'nothing' : `${applied.length}, newest ${newest.version}_${newest.name}`,
    ],
    ['Pending', problem !== null ? 'unknown' : pending.length === 0 ? 'nothing' : pending.join(', ')],
    [
      'Processes',
      processes.length === 0
        ? 'none: start them with "offpeak start"'
        : processes.map((beat) => processText(beat, standing.now)).join(', '),
    ],
  ];
  const parts = [table(rows)];
  if (problem !== null) parts.push(`PROBLEM   ${problem}`);
  if (active !== null) parts.push(runView(active, services.people()));
  else if (latest === null) parts.push('No run yet. "offpeak plan" makes a plan.');
  else
    parts.push(
      `No run is open. Last: ${runName(latest)}, ${STATE_WORDS[latest.state].word}. ${latest.end?.detail ?? ''}\n"offpeak plan" makes a plan.`,
    );
  return parts.join('\n\n');
}

function processText({ role, name, seenAt }: ProcessBeat, now: string): string {
  const seconds = Math.max(0, Math.round(between(seenAt, now) / 1000));
  return `${role} ${name} ${seconds > 15 ? `SILENT for ${seconds} s` : 'alive'}`;
}
