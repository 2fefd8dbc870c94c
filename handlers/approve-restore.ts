import { givesCommand } from './give-command.ts';

/** **Agree to the restore**: the second person, to the backup, or the moment, of the message. */
export const approveRestore = givesCommand(({ reference }) => ({ type: 'approve_restore', backupId: reference.extra }));
