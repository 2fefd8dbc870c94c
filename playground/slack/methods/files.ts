import { isObject, listOf, objectOf, textOf } from '../json.ts';
import { refuse } from '../refusal.ts';
import type { Methods } from './method.ts';
import { postable } from './posting.ts';

/** The two calls around an upload; the bytes themselves go to the upload address (docs.slack.dev/messaging/working-with-files). */
export const fileMethods: Methods = {
  'files.getUploadURLExternal': {
    tier: 4,
    scope: 'files:write',
    answer({ files }, args) {
      const name = textOf(args['filename']);
      const length = Number(textOf(args['length']));
      if (name === '' || !(length > 0)) return refuse('invalid_arguments', ['missing required field: filename or length']);
      const { id, uploadUrl } = files.announce(name);
      return { ok: true, upload_url: uploadUrl, file_id: id };
    },
  },
  'files.completeUploadExternal': {
    tier: 4,
    scope: 'files:write',
    answer(slack, args) {
      const asked = listOf(args['files']).map(objectOf);
      const shared = asked.map((file) => slack.files.complete(textOf(file['id']), textOf(file['title'])));
      const ready = shared.filter((file) => file !== undefined);
      if (ready.length === 0 || ready.length < shared.length) return refuse('file_not_found');
      const wanted = textOf(args['channel_id']) || textOf(args['channels']);
      if (wanted === '') return { ok: true, files: ready };
      const place = postable(slack, wanted);
      if ('refusal' in place) return place.refusal;
      const thread = textOf(args['thread_ts']);
      slack.messages.post({
        channel: place.channel.id,
        text: textOf(args['initial_comment']),
        files: ready,
        ...(thread === '' ? {} : { thread_ts: thread }),
      });
      return { ok: true, files: ready.map((file) => ({ ...file, url_private: file.url, permalink: file.url })) };
    },
  },
  'files.info': {
    tier: 4,
    scope: 'files:read',
    answer({ files }, args) {
      const file = files.complete(textOf(args['file']), '');
      return isObject(file) ? { ok: true, file } : refuse('file_not_found');
    },
  },
};
