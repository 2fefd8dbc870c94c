import { inWords } from '../../domain/refusal.ts';
import { takeBackup } from '../../usecases/backup.ts';
import { EXIT } from '../exit.ts';
import { type Cli } from '../session.ts';
import { table } from '../table.ts';

/** `offpeak backup`: takes a backup by hand. Every run takes and proves its own all the same. */
export function backupVerb({ program, verb }: Cli): void {
  verb(program.command('backup').description('take a backup now, outside any run'), async ({ services, target, terminal, when }) => {
    const backup = await takeBackup(services, { target: target.name, signal: terminal.interruption() });
    const rows = [
      ['Backup', backup.id],
      ['File', backup.path],
      ['Size', `${(backup.bytes / 1_048_576).toFixed(1)} MiB in ${inWords(backup.durationMs)}`],
      ['SHA-256', backup.sha256],
      ['Taken', `${when(backup.startedAt)}, at ${backup.lsn}`],
      ['Versions', `server ${backup.serverVersion}, pg_dump ${backup.toolVersion}`],
    ];
    terminal.out(`${table(rows)}\n\nIt is not proved: only a restore proves a backup, and every run takes and proves its own.`);
    return EXIT.done;
  });
}
