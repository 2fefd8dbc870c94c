import { givesCommand } from './give-command.ts';

/** **Start checklist**: machines begin to read, people to confirm. */
export const startChecklist = givesCommand(() => ({ type: 'start_checklist' }));
