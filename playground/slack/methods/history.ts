import type { ConversationsHistoryResponse, ConversationsRepliesResponse } from '@slack/web-api';
import { asAnswered } from '../answered.ts';
import type { AnsweredMessage } from '../answered.ts';
import { app } from '../identifiers.ts';
import { flagOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Message } from '../messages.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Channel } from '../workspace.ts';
import { onChannel } from './conversations.ts';
import { lacking } from './method.ts';
import type { Methods } from './method.ts';
import { pageOf } from './paging.ts';

/** What was said, newest first in a channel and oldest first in a thread. Metadata only with `include_all_metadata`. */
export const historyMethods: Methods = {
  'conversations.history': {
    tier: 3,
    needs: ['channel'],
    answer: onChannel((slack, channel, args) => {
      const refusal = unreadable(slack, channel);
      if (refusal) return refusal;
      const found = within(slack, slack.messages.roots(channel.id).toReversed(), args, (ts, at) => ts <= at);
      if ('refusal' in found) return found.refusal;
      return { ok: true, pin_count: channel.pins.size, ...found } satisfies ConversationsHistoryResponse;
    }),
  },
  'conversations.replies': {
    tier: 3,
    needs: ['channel', 'ts'],
    answer: onChannel((slack, channel, args) => {
      const refusal = unreadable(slack, channel);
      if (refusal) return refusal;
      const root = slack.messages.find(channel.id, textOf(args['ts']));
      if (!root) return refuse('thread_not_found');
      const found = within(slack, slack.messages.thread(channel.id, root.thread_ts ?? root.ts), args, (ts, at) => ts >= at);
      return 'refusal' in found ? found.refusal : ({ ok: true, ...found } satisfies ConversationsRepliesResponse);
    }),
  },
};

function unreadable(slack: Slack, channel: Channel): Answer | undefined {
  const refusal = lacking(slack, channel.with === undefined ? 'channels:history' : 'im:history');
  return refusal ?? (channel.members.has(app.botUserId) ? undefined : refuse('not_in_channel'));
}

type Found = { messages: AnsweredMessage[]; has_more: boolean; response_metadata: { next_cursor: string } };

/** One page of messages between `oldest` and `latest`. `past` says whether a ts is at or beyond the one of the cursor. */
function within(
  slack: Slack,
  messages: readonly Message[],
  args: Json,
  past: (ts: number, at: number) => boolean,
): Found | { refusal: Answer } {
  const oldest = Number(textOf(args['oldest']) || 0);
  const latest = Number(textOf(args['latest']) || Number.POSITIVE_INFINITY);
  if (Number.isNaN(oldest)) return { refusal: refuse('invalid_ts_oldest') };
  if (Number.isNaN(latest)) return { refusal: refuse('invalid_ts_latest') };
  const inclusive = flagOf(args['inclusive']);
  const inRange = messages.filter(({ ts }) =>
    inclusive ? Number(ts) >= oldest && Number(ts) <= latest : Number(ts) > oldest && Number(ts) < latest,
  );
  const found = pageOf(inRange, args, {
    key: ({ ts }) => ts,
    reached: ({ ts }, key) => past(Number(ts), Number(key)),
    usual: 100,
    most: 999,
  });
  if ('refusal' in found) return found;
  const withMetadata = flagOf(args['include_all_metadata']);
  return {
    messages: found.page.map((message) => asAnswered(message, slack.messages.replies(message), withMetadata)),
    has_more: found.next !== '',
    response_metadata: { next_cursor: found.next },
  };
}
