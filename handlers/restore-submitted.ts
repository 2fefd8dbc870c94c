import { restoreCommand } from '../src/usecases/restore.ts';
import { submits } from './submitted.ts';

/** The chosen backup, and the name of the database as it was typed. What is lost is counted again. */
export const restoreSubmitted = submits(async ({ note, line }, { services }, run) =>
  restoreCommand(services, { run, backupId: line, database: note.trim() }),
);
