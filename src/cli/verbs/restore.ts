import { inBytes } from '../../domain/backup-space.ts';
import { lasting } from '../../domain/refusal.ts';
import { lostElsewhereWords, lostWords, POINT_IN_TIME, restoreId, restoreWords, type RestoreOffer } from '../../domain/restore.ts';
import type { Run } from '../../domain/run.ts';
import {
  recoveryOffer,
  requestRestore,
  restoreChoices,
  restoreOffer,
  type OfferAnswer,
  type RecoveryAnswer,
} from '../../usecases/restore.ts';
import { BadUsage, EXIT, type ExitCode } from '../exit.ts';
import { follow, newestPosition } from '../follow.ts';
import { actorOf, refused, unknownPerson, type Cli, type Session } from '../session.ts';
import { table } from '../../slack/render/table.ts';
import { giveNewest, newestRun } from '../newest.ts';

type Options = {
  readonly list?: true;
  readonly backup?: string;
  readonly database?: string;
  readonly approve?: string;
  readonly notDone?: true;
  readonly done?: true;
};

/** `offpeak restore`: asks for a restore of a proved backup beside the live database, or of the whole server by its provider; or agrees to it as the second person (R84–R86). */
export function restoreVerb({ program, verb }: Cli): void {
  const command = program
    .command('restore')
    .description('ask for a restore from a backup, beside the live database; a second person agrees with --approve')
    .option('--list', 'list the proved backups, with what each would lose')
    .option(
      '--backup <id>',
      `which one; the one the run took itself unless told. ${POINT_IN_TIME}: the whole server, in place, by its provider`,
    )
    .option('--database <name>', 'the name of the database, typed by hand')
    .option('--approve <id>', 'agree to the restore of that backup, and follow it')
    .option('--not-done', 'you looked: the provider did not take the database back')
    .option('--done', 'you looked: the provider did take the database back, although that is not recognised');
  verb<Options>(command, async (session, options) => {
    if (options.approve !== undefined) return await approve(session, options.approve);
    if (options.notDone === true && options.done === true) throw new BadUsage('It was done or it was not: --done or --not-done.');
    if (options.notDone === true) return await notDone(session);
    if (options.done === true) return await done(session);
    const run = await newestRun(session);
    if (run === null) return refused(session, { code: 'no_run', target: session.target.name });
    return options.list === true ? await list(session, run) : await ask(session, run, options);
  });
}

async function list(session: Session, run: Run): Promise<ExitCode> {
  const { services, terminal, when } = session;
  const choices = await restoreChoices(services, run);
  if (choices.length === 0) terminal.out('There is no proved backup in the directory. "offpeak backup --list" shows all.');
  const rows: string[][] = [];
  const lostOf = (answer: OfferAnswer | RecoveryAnswer) =>
    answer.ok ? lostWords(answer.offer, when) : answer.refusal.code === 'restore_impossible' ? answer.refusal.detail : '';
  for (const { backup, own } of choices) {
    const answer = await restoreOffer(services, run, backup);
    rows.push([`${backup.id}${own ? ' (this run)' : ''}`, when(backup.startedAt), inBytes(backup.bytes), backup.lsn, lostOf(answer)]);
  }
  const recovery = await recoveryOffer(services, run);
  if (recovery !== null)
    rows.push([
      POINT_IN_TIME,
      recovery.ok ? when(recovery.pointInTime.to) : '',
      '',
      run.backup?.lsn ?? '',
      `${lostOf(recovery)}${recovery.ok ? lostElsewhereWords(recovery.offer) : ''}`,
    ]);
  if (rows.length > 0) terminal.out(table([['Backup', 'Taken', 'Size', 'At', 'Lost'], ...rows]));
  return EXIT.done;
}

async function ask(session: Session, run: Run, options: Options): Promise<ExitCode> {
  const { services, terminal } = session;
  const actor = actorOf(session);
  if (typeof actor === 'string') return unknownPerson(session, actor);
  const backupId = options.backup ?? null;
  const database = options.database ?? (await typed(session, run, backupId));
  if (typeof database === 'number') return database;
  const outcome = await requestRestore(services, { run, backupId, database, actor });
  if (!outcome.ok) return refused(session, outcome.refusal);
  const { restore } = outcome.run;
  if (restore !== null)
    terminal.out(
      `${sentence(restoreWords(restore))} is asked for; nothing is done yet. Another person agrees: offpeak restore --approve ${restoreId(restore)}`,
    );
  return EXIT.done;
}

/** What would be lost is read before the name is typed. */
async function typed(session: Session, run: Run, backupId: string | null): Promise<string | ExitCode> {
  const { services, terminal, when } = session;
  if (!terminal.interactive) throw new BadUsage('Nobody can be asked here. Write the name of the database: --database <name>.');
  if (backupId === POINT_IN_TIME) return await typedInPlace(session, run);
  const wanted = backupId ?? run.backup?.id;
  const choice = (await restoreChoices(services, run)).find(({ backup }) => backup.id === wanted);
  if (choice === undefined) return refused(session, { code: 'unknown_backup', backup: wanted ?? '' });
  const answer = await restoreOffer(services, run, choice.backup);
  if (!answer.ok) return refused(session, answer.refusal);
  terminal.err(offerText(answer.offer, when));
  return await askedName(session, run);
}

async function typedInPlace(session: Session, run: Run): Promise<string | ExitCode> {
  const { services, terminal, when } = session;
  const answer = await recoveryOffer(services, run);
  // Without a provider in the settings any name is refused with that.
  if (answer === null) return run.plan.identity.database;
  if (!answer.ok) return refused(session, answer.refusal);
  const { provider, to } = answer.pointInTime;
  terminal.err(
    `${provider} takes the whole server back to ${when(to)}, in place.\nLost for good: ${lostWords(answer.offer, when)}${lostElsewhereWords(answer.offer)}. Nothing keeps it.\nTakes an unknown time, minutes to hours; nobody can reach the database meanwhile, and it cannot be called off.`,
  );
  return await askedName(session, run);
}

async function askedName({ terminal }: Session, run: Run): Promise<string> {
  return (await terminal.ask(`Type the name of the database (${run.plan.identity.database}) to ask for it:`)).trim();
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

async function notDone(session: Session): Promise<ExitCode> {
  const run = await giveNewest(session, { type: 'give_up_restore' });
  if (typeof run === 'number') return run;
  session.terminal.out(`Run #${run.number} is where it stood before: ${run.holding?.detail ?? run.end?.detail ?? run.state}`);
  return EXIT.done;
}

async function done(session: Session): Promise<ExitCode> {
  const run = await giveNewest(session, { type: 'give_up_restore', wentBack: true });
  if (typeof run === 'number') return run;
  session.terminal.out(restoredText(run));
  return EXIT.done;
}

function restoredText(run: Run): string {
  return `Run #${run.number} is restored. ${run.end?.detail ?? ''}\n"offpeak lessons --note …" closes it.`;
}

function offerText(offer: RestoreOffer, when: Session['when']): string {
  const takes = offer.predictedMs === null ? 'an unknown time' : `about ${lasting(offer.predictedMs)}`;
  return `Lost: ${lostWords(offer, when)}. It stays in the database of before, which is kept.\nTakes ${takes}, beside the live database.`;
}

async function approve(session: Session, backupId: string): Promise<ExitCode> {
  const { terminal } = session;
  const open = await newestRun(session);
  const after = open === null ? 0 : await newestPosition(session, open.id);
  const run = await giveNewest(session, { type: 'approve_restore', backupId });
  if (typeof run === 'number') return run;
  const ended = await follow(session, run.id, after);
  if (ended === null) {
    terminal.err(
      `You stopped looking; the restore of run #${run.number} goes on and cannot be called off. "offpeak logs -f" follows it again.`,
    );
    return EXIT.failed;
  }
  if (ended.state === 'restored') {
    terminal.out(restoredText(ended));
    return EXIT.done;
  }
  terminal.err(`Run #${ended.number} is NOT restored: ${ended.holding?.detail ?? ended.end?.detail ?? ended.state}`);
  return EXIT.failed;
}
