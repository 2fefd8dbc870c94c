import { randomUUID } from 'node:crypto';
import type { Message } from '../src/slack/render/block-kit.ts';
import { troubleMessage } from '../src/slack/render/refusal.ts';
import type { Reply, Tools, Visitor } from './tools.ts';

/** Answers one person where they are; in their direct messages when that fails, because a click is never ignored (R5, R6). Never rejects. */
export async function tell(tools: Tools, visitor: Visitor, message: Message): Promise<void> {
  const { client, channel, thread, user } = visitor;
  const said = { text: message.text, blocks: [...message.blocks] };
  try {
    if (channel !== null) {
      await client.chat.postEphemeral({ channel, user: user.id, ...said, ...(thread === null ? {} : { thread_ts: thread }) });
      return;
    }
  } catch (error) {
    tools.services.log.info({ user: user.id, error: String(error) }, 'an answer did not reach its channel; sending it directly');
  }
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not the browser's
    await client.chat.postMessage({ channel: user.id, ...said, unfurl_links: false, unfurl_media: false });
  } catch (error) {
    tools.services.log.warn({ user: user.id, error: String(error) }, 'an answer reached nobody');
  }
}

/** The same as an answer to a slash command. */
export function replyOf(message: Message): Reply {
  return { response_type: 'ephemeral', text: message.text, blocks: [...message.blocks] };
}

/** Logs what broke and makes the answer that names it (R9). */
export function trouble(tools: Tools, what: string, error: unknown): Message {
  const id = randomUUID().slice(0, 8);
  tools.services.log.error(
    { id, what, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    'a Slack request failed',
  );
  return troubleMessage(id);
}

/** An acknowledgement that fails (the socket dropped) must not stop the work. */
export async function acknowledge(tools: Tools, ack: () => Promise<void>): Promise<void> {
  try {
    await ack();
  } catch (error) {
    tools.services.log.warn({ error: String(error) }, 'Slack did not take an acknowledgement');
  }
}
