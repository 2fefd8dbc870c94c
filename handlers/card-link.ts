import { permalink } from '../src/slack/render/elsewhere.ts';
import type { Tools } from './tools.ts';

/**
 * The address of a run's card, so that a stale button leads to the current one (R5). Made from what the ledger and the first answer of
 * Slack said, so no answer waits for Slack. Null when the card is not posted yet, or Slack has not said where we are.
 */
export async function cardLink({ services, address }: Pick<Tools, 'services' | 'address'>, runId: string): Promise<string | null> {
  try {
    const card = (await services.ledger.posted(runId)).find(({ key }) => key === 'card');
    return card === undefined ? null : permalink(address(), card);
  } catch (error) {
    services.log.info({ run: runId, error: String(error) }, 'where the card stands could not be read');
    return null;
  }
}
