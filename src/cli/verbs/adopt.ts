import { FORMATS, formatNamed, type FormatName } from '../../domain/formats.ts';
import { hasRole, whoMay, type Role } from '../../domain/people.ts';
import { adopt, type AdoptionSite, type AdoptOutcome } from '../../usecases/adopt.ts';
import { BadUsage, EXIT, type ExitCode } from '../exit.ts';
import type { Doors } from '../program.ts';
import { actorOf, openSession, type Cli, type GlobalOptions } from '../session.ts';
import { table } from '../../slack/render/table.ts';
import { count } from '../../slack/render/text.ts';
import type { Terminal } from '../terminal.ts';

type Options = GlobalOptions & {
  readonly from: string;
  readonly database?: string;
  readonly dir?: string;
  readonly table?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};

/** Adopting decides what will never be run, so it asks for those who may start a run. */
const MAY_ADOPT: readonly Role[] = ['requester', 'operator'];

/**
 * `offpeak adopt --from FORMAT`: shows what another tool applied and records it as ours, so that only what is new is planned. Of the
 * target of the configuration, or of `--database` with `--dir`, which needs none. Never writes to the other tool's table.
 */
export function adoptVerb({ program, bare }: Cli): void {
  const command = program
    .command('adopt')
    .description('take over what another migration tool has applied')
    .requiredOption('--from <format>', `the tool: ${FORMATS.filter((format) => format !== 'native').join(', ')}`)
    .option('--database <url>', 'a database that is in no configuration; with --dir')
    .option('--dir <folder>', 'the folder of migrations, with --database')
    .option('--table <name>', "the tool's history table, when it is not the usual one: schema.name")
    .option('--dry-run', 'show what would be recorded, and write nothing')
    .option('--json', 'as JSON');
  bare(command, async (doors, given) => {
    const options = given as Options;
    const from = formatNamed(options.from);
    if (from === null || from === 'native')
      throw new BadUsage(
        `"${options.from}" is no format that can be adopted. Write one of: ${FORMATS.filter((format) => format !== 'native').join(', ')}.`,
      );
    const site = await openSite(doors, options, from);
    if (typeof site === 'number') return site;
    try {
      const dryRun = options.dryRun === true;
      const outcome = await adopt(site, { from, table: options.table ?? null, dryRun });
      return say(doors.terminal, outcome, { ...options, dryRun });
    } finally {
      await site.close();
    }
  });
}

/** The files and database of the command line, or of the configured target; an exit code when this person may not. */
async function openSite(
  doors: Doors,
  options: Options,
  format: FormatName,
): Promise<(AdoptionSite & { close(): Promise<void> }) | ExitCode> {
  const { database, dir } = options;
  if ((database === undefined) !== (dir === undefined)) throw new BadUsage('Write --database and --dir together, or neither and --target.');
  if (database !== undefined && dir !== undefined) return doors.site({ database, directory: dir, format });
  const connection = await doors.connect(options);
  const session = openSession(connection, doors.terminal, options);
  const why = await whyNot(session);
  if (why === null) return { source: session.target.migrations, target: session.target.target, close: () => connection.close() };
  await connection.close();
  doors.terminal.err(`Refused: ${why}`);
  return EXIT.refused;
}

async function whyNot(session: ReturnType<typeof openSession>): Promise<string | null> {
  const { services, target } = session;
  const actor = actorOf(session);
  if (typeof actor === 'string') return actor;
  if (!hasRole(services.people(), actor.id, MAY_ADOPT))
    return `You may not do this. It may be done by ${whoMay(services.people(), MAY_ADOPT)}.`;
  const active = await services.ledger.active(target.name);
  return active === null ? null : `Run #${active.number} of ${target.name} is open. Finish or cancel it first; then adopt.`;
}

function say(terminal: Terminal, outcome: AdoptOutcome, { dryRun, json }: Options): ExitCode {
  if (json === true) terminal.out(JSON.stringify(outcome.ok ? { table: outcome.table, ...outcome.adoption } : outcome, null, 2));
  else if (outcome.ok) terminal.out(view(outcome, dryRun === true));
  else terminal.err(`Refused: ${outcome.problems.join('\n\n')}\n\nNothing was recorded.`);
  return outcome.ok ? EXIT.done : EXIT.refused;
}

function view({ table: history, adoption }: Extract<AdoptOutcome, { ok: true }>, dryRun: boolean): string {
  const { record, already, pending, late } = adoption;
  const rows = record.map(({ version, name, appliedAt, down }) => [
    version,
    name,
    appliedAt ?? '',
    down === null ? 'no way back' : `down kept: ${down.path}`,
  ]);
  const done = dryRun ? 'Would be recorded' : 'Recorded';
  return [
    `${done}: ${count(record.length, 'migration')} of ${history}${already === 0 ? '' : `, ${already} more are recorded already`}.`,
    ...(rows.length === 0 ? [] : [table(rows, '  ')]),
    pending.length === 0
      ? 'Nothing is pending.'
      : `Pending, to be planned next: ${pending.map(({ version, name }) => `${version}_${name}`).join(', ')}.`,
    ...(late.length === 0
      ? []
      : [`Older than what is applied, so every plan is refused until they get a later version or go: ${late.join(', ')}.`]),
    dryRun ? 'Nothing was written.' : `${history} was not changed. From now on apply migrations with Offpeak only.`,
  ].join('\n');
}
