import { givesCommand } from './give-command.ts';

/** **Acknowledge**: a stakeholder's own word; anybody else's click is refused (R17). */
export const acknowledge = givesCommand(() => ({ type: 'acknowledge_item', item: 'stakeholders' }));
