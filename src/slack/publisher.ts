import type { Person } from '../domain/people.ts';
import type { Ledger, Log, Notice } from '../ports.ts';
import type { RunView } from '../usecases/status.ts';
import { cardChannel, type ChannelsClient } from './channel.ts';
import { delivery } from './delivery.ts';
import { pictures, type PicturesSettings } from './pictures.ts';
import type { PostingClient } from './posting.ts';
import { readers } from './readers.ts';
import { recipients } from './recipients.ts';
import { standings, type Job, type Standings } from './standings.ts';
import { throttle } from './throttle.ts';
import { within } from './within.ts';

export type PublisherSettings = {
  readonly ledger: Pick<Ledger, 'now' | 'list' | 'posted' | 'save' | 'lastChannel'>;
  readonly view: (runId: string) => Promise<RunView | null>;
  readonly client: PostingClient & ChannelsClient;
  /** Name or id of the channel of the cards. */
  readonly channel: string;
  readonly people: () => readonly Person[];
  /** Whether it is this process that publishes: of several bots only one may (T25). */
  readonly publishes: () => boolean;
  /** The permalink of a message; null while Slack has not said who we are. */
  readonly address: (place: { channel: string; ts: string }) => string | null;
  /** How charts of alerts are drawn and uploaded; absent: alerts have none. */
  readonly pictures?: PicturesSettings;
  /** Records that the card stands in the channel, or why it does not (R16). */
  readonly told?: (runId: string, notice: Notice) => Promise<void>;
  readonly log: Log;
  /** A stopwatch in milliseconds. */
  readonly elapsedMs: () => number;
};

export type Publisher = {
  /** This run has changed: its messages are compared at once. Returns immediately and never throws. */
  poke(runId: string): void;
  /**
   * Whether the card of this run shows this version of it, or a later one, within a second; false too while the channel is closed. A bot
   * that does not publish cannot know, and trusts the one that does. Never rejects.
   */
  shown(runId: string, version: number): Promise<boolean>;
  /** Compares every open or recently ended run; to be called about once a second. Settles when everything due was sent. Never rejects. */
  tick(): Promise<void>;
  /** Settles when the call under way is over, or after a second and a half: what it did is then found by the next process. */
  stop(): Promise<void>;
  /** Why Slack takes nothing at present, or nothing in the channel; null while it does. */
  trouble(): string | null;
};

const OPEN_RUNS = 100;
const RECENT_RUNS = 20;
const STOP_MS = 1_500;
/** A click is answered within this (R5). */
const SHOWN_MS = 1_000;

/**
 * Keeps Slack equal to the ledger: draws every run, compares, posts or edits what differs. It is state, not a queue, so an outage leaves
 * no backlog: when Slack is back, each message gets its present content, alerts and results first (R15). Nobody waits for it.
 */
export function publisher(settings: PublisherSettings): Publisher {
  const { ledger, log } = settings;
  const pace = throttle(settings);
  const people = recipients(settings);
  const channel = cardChannel({ ...settings, configured: settings.channel, remembered: () => ledger.lastChannel() });
  const drawing = pictures({ ...settings, settings: settings.pictures });
  const again = (runId: string) => poke(runId);
  const known = standings({ ...settings, throttle: pace, channel, reachable: people.reachable, pictures: drawing, again });
  const deliver = delivery({ ...settings, throttle: pace, standings: known, channel, recipients: people, pictures: drawing });
  const reading = readers(known.shown);
  const changed = new Set<string>();
  const stopping = new AbortController();
  let pumping: Promise<void> | null = null;

  const mayGoOn = () => !stopping.signal.aborted && settings.publishes();

  /** Sends what is due, most important first, and looks again as soon as something changed: a click must not wait for progress. */
  async function pump(): Promise<void> {
    while (changed.size > 0 && mayGoOn()) {
      const runIds = [...changed];
      changed.clear();
      const jobs = await jobsOf(known, runIds, log);
      reading.look();
      for (const [index, job] of jobs.entries()) {
        const { again, goOn } = await deliver(job);
        reading.look();
        if (again) changed.add(job.runId);
        if (!goOn || !mayGoOn()) break;
        if (changed.size === 0) continue;
        for (const left of jobs.slice(index + 1)) changed.add(left.runId);
        break;
      }
    }
  }

  async function pumpOnce(): Promise<void> {
    try {
      await pump();
    } finally {
      pumping = null;
    }
  }

  let ours: boolean | null = null;
  function isOurs(): boolean {
    const now = settings.publishes();
    if (now !== ours)
      log.info({}, now ? 'this bot publishes' : 'another bot publishes, or the ledger does not say who may; this one stands by');
    return (ours = now);
  }

  const wake = () => (pumping ??= pumpOnce());

  function poke(runId: string): void {
    if (!mayGoOn()) return;
    changed.add(runId);
    void wake();
  }

  return {
    poke,
    shown: async (runId, version) => !settings.publishes() || (await reading.shown(runId, version, SHOWN_MS)),
    async tick() {
      if (stopping.signal.aborted) return;
      if (!isOurs()) {
        known.forget();
        return;
      }
      try {
        const open = await ledger.list({ active: true, limit: OPEN_RUNS });
        const recent = await ledger.list({ limit: RECENT_RUNS });
        for (const run of [...open, ...recent]) if (!known.isDone(run.id)) changed.add(run.id);
        await wake();
        known.caughtUp();
      } catch (error) {
        log.warn({ error: String(error) }, 'the runs could not be listed');
      }
    },
    async stop() {
      stopping.abort();
      if (pumping !== null) await within(pumping, STOP_MS);
    },
    trouble: () => pace.trouble() ?? channel.closed(),
  };
}

/** What these runs want sent, most important first. A run that cannot be drawn does not keep the others back. */
async function jobsOf(known: Standings, runIds: readonly string[], log: Log): Promise<readonly Job[]> {
  const drawn = await Promise.allSettled(runIds.map((runId) => known.jobsOf(runId)));
  for (const [index, outcome] of drawn.entries()) {
    if (outcome.status === 'fulfilled') continue;
    log.warn({ run: runIds[index], error: String(outcome.reason) }, 'the messages of a run could not be drawn');
  }
  const jobs = drawn.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  return jobs.toSorted((a, b) => a.due.rank - b.due.rank);
}
