import { givesCommand } from './give-command.ts';

/** **Start now**: shown before it can succeed; the refusal says what is missing. */
export const start = givesCommand(() => ({ type: 'start' }));
