import type { FilesCompleteUploadExternalResponse, FilesGetUploadURLExternalResponse, FilesInfoResponse } from '@slack/web-api';
import { asFile } from '../answered.ts';
import { withBlockIds } from '../block-kit/block-ids.ts';
import { listOf, objectOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Channel } from '../workspace.ts';
import { threadRoot } from './chat.ts';
import type { Methods } from './method.ts';
import { postable, refusedBlocks } from './posting.ts';

const altTextLimit = 1000;

/** The two calls around an upload; the bytes themselves go to the upload address (docs.slack.dev/messaging/working-with-files). */
export const fileMethods: Methods = {
  'files.getUploadURLExternal': {
    tier: 4,
    scope: 'files:write',
    needs: ['filename', 'length'],
    answer({ files }, args) {
      if (!(Number(textOf(args['length'])) > 0)) return refuse('missing_argument');
      const alt_txt = textOf(args['alt_txt']);
      if (alt_txt.length > altTextLimit) return refuse('alt_txt_too_large');
      const { id, uploadUrl } = files.announce({ name: textOf(args['filename']), ...(alt_txt === '' ? {} : { alt_txt }) });
      return { ok: true, upload_url: uploadUrl, file_id: id } satisfies FilesGetUploadURLExternalResponse;
    },
  },
  'files.completeUploadExternal': { tier: 4, scope: 'files:write', needs: ['files'], answer: complete },
  'files.info': {
    tier: 4,
    scope: 'files:read',
    needs: ['file'],
    answer({ files }, args) {
      const file = files.info(textOf(args['file']));
      if (!file) return refuse('file_not_found');
      return { ok: true, file: asFile(file), comments: [], response_metadata: { next_cursor: '' } } satisfies FilesInfoResponse;
    },
  },
};

/** Shares uploaded files in channels, all of them or none; a file that nobody shares is complete, and only the app knows it. */
function complete(slack: Slack, args: Json): Answer {
  const asked = listOf(args['files']).map(objectOf);
  if (asked.length === 0 || asked.some(({ id }) => !slack.files.ready(textOf(id)))) return refuse('file_not_found');
  const refusal = refusedBlocks(args['blocks']);
  if (refusal) return refusal;
  const places: { readonly channel: Channel; readonly thread: string | undefined }[] = [];
  for (const wanted of (textOf(args['channel_id']) || textOf(args['channels'])).split(',').filter((id) => id !== '')) {
    const place = postable(slack, wanted);
    if ('refusal' in place) return place.refusal;
    const thread = threadRoot(slack, place.channel.id, textOf(args['thread_ts']));
    if (thread === 'gone') return refuse('thread_not_found');
    places.push({ channel: place.channel, thread });
  }
  const shared = asked.map(({ id, title }) => slack.files.complete(textOf(id), textOf(title))).filter((file) => file !== undefined);
  const said = { text: textOf(args['initial_comment']), blocks: withBlockIds(listOf(args['blocks'])), files: shared };
  for (const { channel, thread } of places)
    slack.messages.post({ ...said, channel: channel.id, ...(thread === undefined ? {} : { thread_ts: thread }) });
  return { ok: true, files: shared.map(asFile) } satisfies FilesCompleteUploadExternalResponse;
}
