import { givesCommand } from './give-command.ts';

/** **Withdraw**: takes back what a person confirmed. */
export const withdrawItem = givesCommand(({ item }) => ({ type: 'withdraw_item', item }));
