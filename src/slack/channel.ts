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

type Wish = {
  /** Name or id, as it is configured. */
  readonly configured: string;
  /** The id under which the channel was known last, for one that was renamed or made private since; null when none is. */
  readonly remembered: () => Promise<string | null>;
  readonly log: Log;
};

/** A channel, and whether it was found where it should be or only known from before. */
type Found = { readonly id: string; readonly remembered: boolean };

/**
 * The id of the configured channel, which is a name or already an id; joins a public channel when the app is not in it.
 * A name that no open public channel has is the channel that had it last: renamed, made private, or archived. Out: null when there is
 * none. A private channel needs its id and an invitation. Throws Slack's error.
 */
async function findChannel(client: ChannelsClient, { configured, remembered, log }: Wish): Promise<Found | null> {
  if (/^[CGD][A-Z0-9]{8,}$/.test(configured)) {
    await join(client, configured, log);
    return { id: configured, remembered: false };
  }
  const found = await named(client, configured.replace(/^#/, ''));
  if (found !== null) {
    if (!found.joined) await join(client, found.id, log);
    return { id: found.id, remembered: false };
  }
  const last = await remembered();
  if (last === null) return null;
  await join(client, last, log);
  return { id: last, remembered: true };
}

async function named(client: ChannelsClient, name: string): Promise<{ readonly id: string; readonly joined: boolean } | null> {
  let cursor = '';
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await client.conversations.list({
      types: 'public_channel',
      exclude_archived: true,
      limit: 200,
      ...(cursor === '' ? {} : { cursor }),
    });
    const found = answer.channels?.find((channel) => channel.name === name);
    if (found?.id !== undefined) return { id: found.id, joined: found.is_member === true };
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (cursor === '') break;
  }
  return null;
}

/** Joining is a courtesy: in a private channel it fails, and posting tells whether it mattered. */
async function join(client: ChannelsClient, channel: string, log: Log): Promise<void> {
  try {
    await client.conversations.join({ channel });
  } catch (error) {
    log.info({ channel, failure: failureOf(error) }, 'the channel could not be joined');
  }
}

/** The channel of the cards: found when it is needed, and known to be closed when Slack takes nothing there. */
export type CardChannel = {
  /** Its id; null when there is no such channel. Rejects with Slack's error. */
  readonly find: () => Promise<string | null>;
  /** It is looked for anew: it may be another one, or the app may have to join it again. */
  readonly forget: () => void;
  readonly took: () => void;
  readonly refused: (why: string) => void;
  /** Why nothing can be posted there; null while it can, or while nobody has tried. */
  readonly closed: () => string | null;
  /** Whether it took the last message. */
  readonly open: () => boolean;
  /** When to try it again, on the stopwatch; zero while it is open. */
  readonly tryAtMs: () => number;
  readonly name: string;
};

const FIRST_MS = 5_000;
const LONGEST_MS = 60_000;

/** Keeps the channel's id, and whether it is open. A closed one is tried again after five seconds, doubled up to a minute. */
export function cardChannel(known: Wish & { readonly client: ChannelsClient; readonly elapsedMs: () => number }): CardChannel {
  const { client, configured, log, elapsedMs } = known;
  let id: string | null = null;
  let why: string | null = null;
  let open = false;
  let said: string | null = null;
  let tries = 0;
  let tryAt = 0;
  return {
    name: configured,
    find: async () => {
      if (id !== null) return id;
      const found = await findChannel(client, known);
      if (found?.remembered === true && said !== found.id) {
        said = found.id;
        log.warn({ configured, channel: found.id }, 'no open public channel has the configured name; the one that had it last is used');
      }
      return (id = found?.id ?? null);
    },
    forget: () => {
      id = null;
    },
    took: () => {
      if (why !== null) log.info({ channel: configured }, 'the channel takes messages again');
      [why, open, tries, tryAt] = [null, true, 0, 0];
    },
    refused: (word) => {
      // Once: an archived channel refuses a post with one word and an edit with another.
      if (why === null)
        log.warn({ channel: configured, why: word }, 'the channel takes no messages; direct messages are sent until it does');
      [why, open] = [word, false];
      tryAt = elapsedMs() + Math.min(LONGEST_MS, FIRST_MS * 2 ** tries);
      tries = Math.min(tries + 1, 5);
    },
    closed: () => why,
    open: () => open,
    tryAtMs: () => tryAt,
  };
}
