import type { Message } from './block-kit.ts';
import { cut } from './limits.ts';

/** Slack's limit of an alternative text. */
const ALT = 2_000;

/** The message with a picture below it: behind the buttons, so that nothing moves under a finger when the picture comes. */
export function pictured(message: Message, { fileId, alt }: { readonly fileId: string; readonly alt: string }): Message {
  return { ...message, blocks: [...message.blocks, { type: 'image', slack_file: { id: fileId }, alt_text: cut(alt, ALT) }] };
}
