import type { Log } from '../ports.ts';
import { failureOf } from './failure.ts';

/** The two methods used. */
export type ChannelsClient = {
  readonly conversations: {
    list(args: { types: string; exclude_archived: boolean; limit: number; cursor?: string }): Promise<{
      channels?: readonly { id?: string; name?: string; is_member?: boolean }[];
      response_metadata?: { next_cursor?: string };
    }>;
    join(args: { channel: string }): Promise<unknown>;
  };
};

/** Pages of two hundred that are read before we give up; a larger workspace writes the id into its configuration. */
const PAGES = 20;

/**
 * The id of the configured channel, which is a name or already an id; joins a public channel when the app is not in it.
 * A private channel needs its id and an invitation. Throws Slack's error, or one that says what to do when there is no such channel.
 */
export async function findChannel(client: ChannelsClient, configured: string, log: Log): Promise<string> {
  if (/^[CGD][A-Z0-9]{8,}$/.test(configured)) {
    await join(client, configured, log);
    return configured;
  }
  const name = configured.replace(/^#/, '');
  let cursor = '';
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await client.conversations.list({
      types: 'public_channel',
      exclude_archived: true,
      limit: 200,
      ...(cursor === '' ? {} : { cursor }),
    });
    const found = answer.channels?.find((channel) => channel.name === name);
    if (found?.id !== undefined) {
      if (found.is_member !== true) await join(client, found.id, log);
      return found.id;
    }
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (cursor === '') break;
  }
  throw new Error(
    `There is no public channel #${name}. Create it, or write the id of a private channel into slack.channel and invite the app.`,
  );
}

/** Joining is a courtesy: in a private channel it fails, and posting tells whether it mattered. */
async function join(client: ChannelsClient, channel: string, log: Log): Promise<void> {
  try {
    await client.conversations.join({ channel });
  } catch (error) {
    log.info({ channel, failure: failureOf(error) }, 'the channel could not be joined');
  }
}
