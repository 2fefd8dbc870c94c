import { inBytes } from '../../domain/backup-space.ts';
import { lasting } from '../../domain/refusal.ts';
import { lostWords, type RestoreOffer } from '../../domain/restore.ts';
import type { Run } from '../../domain/run.ts';
import { requestRestore, restoreChoices, restoreOffer } from '../../usecases/restore.ts';
import { BadUsage, EXIT, type ExitCode } from '../exit.ts';
import { follow, newestPosition } from '../follow.ts';
import { actorOf, refused, unknownPerson, type Cli, type Session } from '../session.ts';
import { table } from '../../slack/render/table.ts';
import { giveNewest, newestRun } from '../newest.ts';

type Options = { readonly list?: true; readonly backup?: string; readonly database?: string; readonly approve?: string };

/** `offpeak restore`: asks for a restore of a proved backup beside the live database, or agrees to it as the second person (R84–R86). */
export function restoreVerb({ program, verb }: Cli): void {
  const command = program
    .command('restore')
    .description('ask for a restore from a backup, beside the live database; a second person agrees with --approve')
    .option('--list', 'list the proved backups, with what each would lose')
    .option('--backup <id>', 'which one; the one the run took itself unless told')
    .option('--database <name>', 'the name of the database, typed by hand')
    .option('--approve <id>', 'agree to the restore of that backup, and follow it');
  verb<Options>(command, async (session, options) => {
    if (options.approve !== undefined) return await approve(session, options.approve);
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
  for (const { backup, own } of choices) {
    const answer = await restoreOffer(services, run, backup);
    const lost = answer.ok ? lostWords(answer.offer, when) : answer.refusal.code === 'restore_impossible' ? answer.refusal.detail : '';
    rows.push([`${backup.id}${own ? ' (this run)' : ''}`, when(backup.startedAt), inBytes(backup.bytes), backup.lsn, lost]);
  }
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
  terminal.out(
    `A restore of ${restore?.backup.id ?? ''} is asked for; nothing is done yet. Another person agrees: offpeak restore --approve ${restore?.backup.id ?? ''}`,
  );
  return EXIT.done;
}

/** What would be lost is read before the name is typed. */
async function typed(session: Session, run: Run, backupId: string | null): Promise<string | ExitCode> {
  const { services, terminal, when } = session;
  if (!terminal.interactive) throw new BadUsage('Nobody can be asked here. Write the name of the database: --database <name>.');
  const wanted = backupId ?? run.backup?.id;
  const choice = (await restoreChoices(services, run)).find(({ backup }) => backup.id === wanted);
  if (choice === undefined) return refused(session, { code: 'unknown_backup', backup: wanted ?? '' });
  const answer = await restoreOffer(services, run, choice.backup);
  if (!answer.ok) return refused(session, answer.refusal);
  terminal.err(offerText(answer.offer, when));
  return (await terminal.ask(`Type the name of the database (${run.plan.identity.database}) to ask for it:`)).trim();
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
    terminal.out(`Run #${ended.number} is restored. ${ended.end?.detail ?? ''}\n"offpeak lessons --note …" closes it.`);
    return EXIT.done;
  }
  terminal.err(`Run #${ended.number} is NOT restored: ${ended.holding?.detail ?? ended.end?.detail ?? ended.state}`);
  return EXIT.failed;
}
