import { givesCommand } from './give-command.ts';

/** **I'm available**: the on-call's own word; anybody else's click is refused (R18). */
export const confirmAvailable = givesCommand(() => ({ type: 'acknowledge_item', item: 'on_call' }));
