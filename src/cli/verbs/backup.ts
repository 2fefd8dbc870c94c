import { inBytes } from '../../domain/backup-space.ts';
import type { Backup, RestorePoint } from '../../domain/proof.ts';
import { inWords } from '../../domain/refusal.ts';
import { listBackups, moveBackup, pruneBackups, takeBackup } from '../../usecases/backup.ts';
import { BadUsage, EXIT, type ExitCode } from '../exit.ts';
import { printJson, type Cli, type Session } from '../session.ts';
import { table } from '../../slack/render/table.ts';

type Options = {
  readonly store?: string;
  readonly fetch?: string;
  readonly list?: true;
  readonly prune?: true;
  readonly dryRun?: true;
  readonly json?: true;
};

/** `offpeak backup`: takes a backup by hand (every run takes and proves its own all the same), lists what is there, or removes what nothing keeps. */
export function backupVerb({ program, verb }: Cli): void {
  const command = program
    .command('backup')
    .description('take a backup now, outside any run')
    .option('--list', 'list the backups that are there, newest first, with whether a restore proved them')
    .option('--prune', 'remove proved backups that are past `backup.keep` of the target')
    .option('--dry-run', 'with --prune: only say which would go')
    .option('--store <id>', 'copy that backup to the object store of the target and read it back')
    .option('--fetch <id>', 'bring that backup back from the object store')
    .option('--json', 'with --list: for another program');
  verb<Options>(command, async (session, options) => {
    if (options.dryRun && !options.prune) throw new BadUsage('--dry-run goes with --prune: offpeak backup --prune --dry-run.');
    if (options.store !== undefined) return await move(session, options.store, 'store');
    if (options.fetch !== undefined) return await move(session, options.fetch, 'fetch');
    if (options.list) return await list(session, options.json === true);
    return options.prune ? await prune(session, options.dryRun === true) : await take(session);
  });
}

async function take({ services, target, terminal, when }: Session): Promise<ExitCode> {
  const backup = await takeBackup(services, { target: target.name, signal: terminal.interruption() });
  const rows = [
    ['Backup', backup.id],
    [backup.layout === 'directory' ? 'Directory' : 'File', backup.path],
    ['Size', `${(backup.bytes / 1_048_576).toFixed(1)} MiB in ${inWords(backup.durationMs)}`],
    ['SHA-256', backup.sha256],
    ['Taken', `${when(backup.startedAt)}, at ${backup.lsn}`],
    ['Restore point', restorePointText(backup.restorePoint)],
    ['Versions', `server ${backup.serverVersion}, pg_dump ${backup.toolVersion}`],
  ];
  terminal.out(`${table(rows)}\n\nIt is not proved: only a restore proves a backup, and every run takes and proves its own.`);
  return EXIT.done;
}

function restorePointText(point: RestorePoint | undefined): string {
  if (point === undefined) return 'none';
  return 'missing' in point ? `none: ${point.missing}` : `${point.name}, at ${point.lsn}`;
}

async function list(session: Session, json: boolean): Promise<ExitCode> {
  const { services, target, terminal, when } = session;
  const backups = await listBackups(services, { target: target.name });
  if (json) printJson(session, backups);
  else if (backups.length === 0) terminal.out('There is no backup.');
  else terminal.out(table([['Backup', 'Taken', 'Size', 'Proved', 'Stored', 'At'], ...backups.map((backup) => line(backup, when))]));
  return EXIT.done;
}

function line({ id, startedAt, bytes, provedAt, storedAt, lsn }: Backup, when: Session['when']): readonly string[] {
  const noted = (at: string | undefined) => (at === undefined ? 'no' : when(at));
  return [id, when(startedAt), inBytes(bytes), noted(provedAt), noted(storedAt), lsn];
}

async function move({ services, target, terminal }: Session, id: string, way: 'store' | 'fetch'): Promise<ExitCode> {
  const backup = await moveBackup(services, { target: target.name, id, way, signal: terminal.interruption() });
  if (backup === null) {
    terminal.err(`Refused: ${target.name} has no object store. Write backup: { store: { s3: … } } there. Nothing was copied.`);
    return EXIT.refused;
  }
  const said = way === 'store' ? 'lies in the object store, and was read back' : `lies at ${backup.path}, and is what its manifest says`;
  terminal.out(`${backup.id} ${said}: ${inBytes(backup.bytes)}, SHA-256 ${backup.sha256}.`);
  return EXIT.done;
}

async function prune({ services, target, terminal, when }: Session, dryRun: boolean): Promise<ExitCode> {
  const gone = await pruneBackups(services, { target: target.name, dryRun });
  if (gone === null) {
    terminal.err(
      `Refused: nothing says what to keep of ${target.name}. Write backup: { keep: { days: 30, count: 10 } } there. Nothing was removed.`,
    );
    return EXIT.refused;
  }
  const bytes = gone.reduce((sum, backup) => sum + backup.bytes, 0);
  if (gone.length === 0) terminal.out('Nothing is past what is to be kept. Nothing was removed.');
  else
    terminal.out(
      `${table([['Backup', 'Taken', 'Size', 'Proved', 'Stored', 'At'], ...gone.map((backup) => line(backup, when))])}\n\n` +
        `${dryRun ? 'Would be removed' : 'Removed'}: ${gone.length}, ${inBytes(bytes)}.`,
    );
  return EXIT.done;
}
