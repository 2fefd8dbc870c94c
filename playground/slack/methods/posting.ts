import { app } from '../identifiers.ts';
import { isObject, listOf, objectOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Block } from '../messages.ts';
import { keptAttachments, sentBlocks } from '../attachments.ts';
import type { Attachment } from '../attachments.ts';
import { problemsOfAttachments } from '../block-kit/attachments.ts';
import { withBlockIds } from '../block-kit/block-ids.ts';
import { problemsOfBlocks, sentences, tooMuchText } from '../block-kit/validate.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Channel } from '../workspace.ts';

export type Content = {
  readonly text: string;
  readonly blocks: Block[];
  readonly attachments: Attachment[];
  readonly metadata?: Json;
  readonly truncated: boolean;
};

const textLimit = 40_000;
const markdownLimit = 12_000;
const metadataLimit = 16_000;
const attachmentLimit = 100;

/** Where a message goes: a channel by id or name, a person by id (their direct message), if the app may post there. */
export function postable(slack: Slack, wanted: string): { readonly channel: Channel } | { readonly refusal: Answer } {
  const person = slack.workspace.people.find((candidate) => candidate.id === wanted && candidate.deleted !== true);
  const channel = person ? slack.workspace.direct(person) : slack.workspace.channel(wanted);
  if (!channel) return { refusal: refuse('channel_not_found') };
  if (channel.archived) return { refusal: refuse('is_archived') };
  const refusal = refusedDirect(slack, channel);
  if (refusal) return { refusal };
  return mayPost(slack, channel) ? { channel } : { refusal: refuse('not_in_channel') };
}

/** With chat:write.public an app posts in public channels without being in them; it must be in the manifest by name. */
function mayPost({ options }: Slack, channel: Channel): boolean {
  if (channel.members.has(app.botUserId)) return true;
  return channel.with === undefined && options.scopes?.includes('chat:write.public') === true;
}

/** A direct message that cannot be: the app has no messages tab, or the person takes none from it. */
export function refusedDirect({ options, workspace }: Slack, channel: Channel): Answer | undefined {
  if (channel.with === undefined) return undefined;
  if (options.messagesTab === false) return refuse('messages_tab_disabled');
  return workspace.person(channel.with)?.dm_blocked === true ? refuse('cannot_dm_bot') : undefined;
}

/** What a message says, judged by Block Kit's limits. */
export function contentOf(slack: Slack, args: Json): { readonly content: Content } | { readonly refusal: Answer } {
  const refusal =
    refusedMarkdown(args) ??
    refusedBlocks(args['blocks']) ??
    refusedPictures(slack, args['blocks']) ??
    refusedAttachments(args['attachments']) ??
    refusedMetadata(args['metadata']);
  if (refusal) return { refusal };
  const whole = textOf(args['markdown_text']) || textOf(args['text']);
  const list = listOf(args['blocks']);
  const attachments = keptAttachments(args['attachments']);
  if (whole === '' && list.length === 0 && attachments.length === 0) return { refusal: refuse('no_text') };
  const metadata = isObject(args['metadata']) ? { metadata: args['metadata'] } : {};
  return {
    content: { text: whole.slice(0, textLimit), blocks: withBlockIds(list), attachments, truncated: whole.length > textLimit, ...metadata },
  };
}

/** invalid_blocks_format, invalid_blocks or msg_blocks_too_long; undefined when the blocks are fine or absent. */
export function refusedBlocks(blocks: unknown): Answer | undefined {
  if (blocks === undefined || blocks === '') return undefined;
  if (!Array.isArray(blocks)) return refuse('invalid_blocks_format');
  const problems = problemsOfBlocks(blocks, 'message');
  if (problems.length > 0) return refuse('invalid_blocks', sentences(problems));
  return tooMuchText(blocks) ? refuse('msg_blocks_too_long') : undefined;
}

/** invalid_blocks for a picture that is no file, not yet examined, or nothing to be shown; undefined when there is none. */
export function refusedPictures({ files }: Slack, blocks: unknown): Answer | undefined {
  const problems = listOf(blocks).flatMap((block, index) => {
    const file = objectOf(objectOf(block)['slack_file']);
    const id = textOf(file['id']);
    return id === '' || files.showable(id) ? [] : [`invalid slack file [json-pointer:/blocks/${index}/slack_file]`];
  });
  return problems.length === 0 ? undefined : refuse('invalid_blocks', problems);
}

export function refusedMetadata(metadata: unknown): Answer | undefined {
  if (metadata === undefined || metadata === '') return undefined;
  const wellFormed = isObject(metadata) && typeof metadata['event_type'] === 'string' && isObject(metadata['event_payload']);
  if (!wellFormed) return refuse('invalid_metadata_format');
  return JSON.stringify(metadata).length > metadataLimit ? refuse('metadata_too_large') : undefined;
}

function refusedMarkdown(args: Json): Answer | undefined {
  const markdown = textOf(args['markdown_text']);
  if (markdown === '') return undefined;
  if (textOf(args['text']) !== '' || listOf(args['blocks']).length > 0) return refuse('markdown_text_conflict');
  return markdown.length > markdownLimit ? refuse('msg_too_long') : undefined;
}

/** invalid_attachments, too_many_attachments, or what is wrong with the blocks they hold; undefined when all is fine or absent. */
export function refusedAttachments(attachments: unknown): Answer | undefined {
  if (attachments === undefined || attachments === '' || attachments === null) return undefined;
  if (!Array.isArray(attachments)) return refuse('invalid_attachments', ['must provide an array [json-pointer:/attachments]']);
  if (attachments.length > attachmentLimit) return refuse('too_many_attachments');
  const { own, inBlocks } = problemsOfAttachments(attachments);
  if (own.length > 0) return refuse('invalid_attachments', sentences(own));
  if (inBlocks.length > 0) return refuse('invalid_blocks', sentences(inBlocks));
  return tooMuchText(sentBlocks(attachments)) ? refuse('msg_blocks_too_long') : undefined;
}
