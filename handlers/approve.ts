import { givesCommand } from './give-command.ts';

/** **Approve**: for exactly the digest that was on the message; another one is refused by the domain. */
export const approve = givesCommand(({ reference }) => ({ type: 'approve', digest: reference.extra }));
