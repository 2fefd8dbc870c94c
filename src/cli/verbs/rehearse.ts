import { FORMATS, formatNamed, type FormatName } from '../../domain/formats.ts';
import { wentWell, type RoundTrip } from '../../domain/round-trip.ts';
import { differenceText, type VerdictDifference } from '../../domain/verdict-difference.ts';
import { BadUsage, EXIT, type ExitCode } from '../exit.ts';
import type { Doors } from '../program.ts';
import type { Cli, GlobalOptions } from '../session.ts';
import { count } from '../../slack/render/text.ts';

type Options = GlobalOptions & { readonly dir: string; readonly format: string; readonly database: string; readonly json?: boolean };

const AFTER = `
Nothing runs in the database that --database names. Another one, offpeak_rehearsal_…, is made on its server and dropped afterwards: empty,
or a copy when there is something in the one that is named (nobody may be connected to it then). Roles that the migrations make are
dropped too; what would change the whole server (CREATE DATABASE, ALTER SYSTEM, a role that was there before) is not run.
Each migration goes up from the state the ones before it left, and down and up again on a copy of what it made.
Exit codes: 0 every migration went up, came back exactly and went up again; 1 one did not, was left out, or did more to others than
its verdict says; 2 nothing could be rehearsed: a target's server, an unreachable one, or files that cannot be placed; 3 the command line means nothing.
With --json each line of the output is one migration: version, up, down, up_again, ms, locks; diff and lost when it does not come back
as it was, diff also of what stays when there is no way back; error (sqlstate, file, line, message) when something failed. What concerns no single migration goes to the standard error.`;

/** `offpeak rehearse`: plays a directory of migrations up, down and up again on a server made for it, without a run and without a configuration. */
export function rehearseVerb({ program, bare }: Cli): void {
  const command = program
    .command('rehearse')
    .description('play these migrations up, down and up again on a scratch server')
    .requiredOption('--dir <folder>', 'the folder of migrations')
    .option('--format <format>', `how they are laid out: ${FORMATS.join(', ')}`, 'native')
    .requiredOption(
      '--database <url>',
      'where to make a database for it: a scratch server, as a user that may create databases; never a target',
    )
    .option('--json', 'one JSON object a migration')
    .addHelpText('after', AFTER);
  bare(command, async (doors, given) => {
    const options = given as Options;
    const format = formatNamed(options.format);
    if (format === null) throw new BadUsage(`"${options.format}" is no format. Write one of: ${FORMATS.join(', ')}.`);
    if (!/^postgres(ql)?:\/\//.test(options.database) || !URL.canParse(options.database))
      throw new BadUsage('--database takes a connection string: postgresql://user@host:5432/postgres');
    return rehearse(doors, options, format);
  });
}

async function rehearse(doors: Doors, options: Options, format: FormatName): Promise<ExitCode> {
  const { terminal } = doors;
  const trips: RoundTrip[] = [];
  let whole = true;
  const signal = terminal.interruption();
  try {
    const onTrip = (trip: RoundTrip) => {
      trips.push(trip);
      terminal.out(options.json === true ? JSON.stringify(jsonOf(trip)) : textOf(trip));
    };
    const onNotice = (sentence: string) => terminal.err(sentence);
    const answer = await doors.rehearse(options, { directory: options.dir, format, database: options.database, signal, onTrip, onNotice });
    if (!answer.ok) {
      terminal.err(answer.why);
      return EXIT.refused;
    }
    for (const warning of answer.warnings) terminal.err(warning);
    whole = answer.whole;
  } catch (error) {
    if (!signal.aborted) throw error;
    terminal.err('Stopped. The database of the rehearsal was dropped.');
    return EXIT.failed;
  }
  const well = trips.filter(wentWell).length;
  if (options.json !== true) terminal.out(`${well} of ${count(trips.length, 'migration')} went up, came back and went up again.`);
  return well === trips.length && whole ? EXIT.done : EXIT.failed;
}

/** The keys that are promised; `diff`, `lost`, `error` and `verdict_differs` only where there is something to say. */
function jsonOf({ version, up, down, upAgain, ms, locks, diff, lost, error, differences }: RoundTrip) {
  return {
    version,
    up,
    down,
    up_again: upAgain,
    ms,
    locks,
    ...(diff.length > 0 ? { diff } : {}),
    ...(lost.length > 0 ? { lost } : {}),
    ...(error === null ? {} : { error: { sqlstate: error.sqlstate, file: error.file, line: error.line, message: error.message } }),
    ...(differences.length > 0 ? { verdict_differs: differences.map(differenceJson) } : {}),
  };
}

function differenceJson({ line, statement, stops, verdict, copy }: VerdictDifference) {
  return { line, statement, stops, verdict, traced: copy };
}

function textOf(trip: RoundTrip): string {
  const { version, name, up, down, upAgain, ms, locks, diff, lost, error, differences } = trip;
  const verdicts = [`up ${up}`, ...(down === null ? [] : [`down ${down}`]), ...(upAgain === null ? [] : [`up again ${upAgain}`])];
  const stops = differences.filter((difference) => difference.stops);
  return [
    `${wentWell(trip) ? 'ok     ' : 'LOOK AT'} ${version}_${name}  ${verdicts.join(', ')}  ${ms} ms`,
    ...(locks.length > 0 ? [locks.map(({ relation, mode }) => `${mode} on ${relation}`).join(', ')].map(indented) : []),
    ...[...diff, ...lost].map(indented),
    ...(error === null ? [] : [indented(error.told)]),
    ...(stops.length > 0 ? ['Does more to others than its verdict says:', ...stops.map(differenceText)].map(indented) : []),
  ].join('\n');
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '        ');
}
