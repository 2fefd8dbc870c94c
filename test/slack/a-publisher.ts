import type { LocalSlack } from '../../playground/slack/server.ts';
import type { Run } from '../../src/domain/run.ts';
import { backgroundClient } from '../../src/slack/client.ts';
import { slackLogger } from '../../src/slack/logger.ts';
import type { PicturesSettings } from '../../src/slack/pictures.ts';
import { publisher, type Publisher } from '../../src/slack/publisher.ts';
import { permalink } from '../../src/slack/render/elsewhere.ts';
import { recordNotice } from '../../src/usecases/notice.ts';
import { viewRun } from '../../src/usecases/status.ts';
import { PEOPLE, storyTo, type Scene } from '../support/runs.ts';
import { until } from '../support/until.ts';
import { aLedger, someServices, type SmallLedger } from './a-ledger.ts';
import { actIn, aWorkspace, BOT_TOKEN, lookAt } from './a-workspace.ts';

/** A message as a person sees it. */
export type Seen = {
  readonly ts: string;
  readonly thread_ts?: string;
  readonly text: string;
  readonly blocks: readonly { readonly type: string }[];
  readonly files?: readonly { readonly id: string; readonly name: string; readonly url: string }[];
  readonly metadata: { readonly event_payload: { readonly key: string } } | null;
};

type Fault = { readonly kind: string; readonly times?: number; readonly error?: string; readonly [more: string]: unknown };

type Sent = { readonly [argument: string]: unknown };
type Entry = { readonly method: string; readonly ok: boolean; readonly error?: string; readonly request: Sent };

/** Publishers over the local Slack with the real client; only ledger and stopwatch are ours. */
export type Stage = {
  readonly slack: LocalSlack;
  readonly ledger: SmallLedger;
  /** What every publisher of this stage logged. */
  readonly logged: readonly string[];
  /** A bot process: it remembers nothing of the ones before it. */
  aBot(options?: {
    publishes?: () => boolean;
    channel?: string;
    timeoutMs?: number;
    tells?: boolean;
    png?: PicturesSettings['png'];
  }): Publisher;
  /** Breaks off the calls of every bot so far, as the end of its process does. */
  abort(): void;
  show(scene: Scene): Run;
  /** Lets time pass on the stopwatch. */
  pass(ms: number): void;
  /** A tick a second, for so many seconds. */
  seconds(bot: Publisher, count: number): Promise<void>;
  control(what: string, given?: object): Promise<unknown>;
  fault(method: string, fault: Fault): Promise<unknown>;
  roots(channel?: string): Promise<readonly Seen[]>;
  thread(): Promise<readonly Seen[]>;
  /** A thread whose root may be gone. */
  oldThread(ts: string): Promise<readonly Seen[]>;
  card(): Promise<Seen>;
  /** What this person has in their direct messages. */
  direct(userId: string): Promise<readonly Seen[]>;
  /** The Web API calls so far, by method. */
  calls(method: string): Promise<number>;
  /** How many of them were refused. */
  refusals(method: string): Promise<number>;
  /** How many of them were told to wait. */
  limited(method: string): Promise<number>;
  /** What was sent in the calls for which this holds. */
  requests(method: string, holds: (request: Sent) => boolean): Promise<readonly Sent[]>;
  until(holds: () => Promise<boolean>, what: string): Promise<void>;
  stop(): Promise<void>;
};

export async function aStage(options: Parameters<typeof aWorkspace>[0] = {}): Promise<Stage> {
  const slack = await aWorkspace(options);
  const ledger = aLedger();
  const logged: string[] = [];
  const write = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log = { info: write, warn: write, error: write };
  const state = { elapsed: 1_000_000, stopping: new AbortController() };
  const abort = () => {
    state.stopping.abort();
    state.stopping = new AbortController();
  };
  const entries = async (method: string) =>
    (await lookAt<{ log: readonly Entry[] }>(slack, 'log?limit=10000')).log.filter((entry) => entry.method === method);
  const control = (what: string, given: object = {}) => actIn(slack, what, given);
  const messages = async (channel: string, thread = '') => {
    const where = `messages?channel=${channel}${thread === '' ? '' : `&thread_ts=${thread}`}`;
    return (await lookAt<{ messages: readonly Seen[] }>(slack, where)).messages;
  };
  const roots = (channel = 'deployments') => messages(channel);
  const card = async () => {
    const found = (await roots()).findLast((message) => keyOf(message) === 'card');
    if (found === undefined) throw new Error('there is no card');
    return found;
  };
  return {
    slack,
    ledger,
    logged,
    abort,
    aBot: ({ publishes = () => true, channel = 'deployments', timeoutMs, tells = false, png } = {}) => {
      const client = backgroundClient(BOT_TOKEN, { apiUrl: slack.apiUrl, logger: slackLogger(log) }, state.stopping.signal, timeoutMs);
      return publisher({
        ledger,
        view: (runId) => viewRun(someServices(ledger), runId),
        client,
        ...(png === undefined ? {} : { pictures: { client, png, samples: (runId) => ledger.recent(runId, 600) } }),
        channel,
        people: () => PEOPLE,
        publishes,
        address: (place) => permalink('https://acme.slack.com/', place),
        ...(tells ? { told: async (runId, notice) => void (await recordNotice({ ledger }, { runId, channel, notice })) } : {}),
        log,
        elapsedMs: () => state.elapsed,
      });
    },
    show(scene) {
      const { run, now } = storyTo(scene);
      ledger.put(run);
      ledger.set(now);
      return run;
    },
    pass: (ms) => void (state.elapsed += ms),
    async seconds(bot, count) {
      for (let second = 0; second < count; second += 1) {
        state.elapsed += 1_000;
        await bot.tick();
      }
    },
    control,
    fault: (method, fault) => control('fault', { method, ...fault }),
    roots,
    thread: async () => messages('deployments', (await card()).ts),
    oldThread: (ts) => messages('deployments', ts),
    card,
    async direct(userId) {
      const row = ledger.rows.find(({ key }) => key.startsWith(`direct:${userId}:`));
      return row === undefined ? [] : messages(row.channel);
    },
    calls: async (method) => (await entries(method)).length,
    refusals: async (method) => (await entries(method)).filter(({ ok }) => !ok).length,
    limited: async (method) => (await entries(method)).filter(({ error }) => error === 'ratelimited').length,
    requests: async (method, holds) => (await entries(method)).map(({ request }) => request).filter(holds),
    until: async (holds, what) => void (await until(holds, { what })),
    stop: async () => {
      abort();
      await slack.stop();
    },
  };
}

/** The key under which the publisher knows a message; a file has none. */
export function keyOf({ metadata }: Seen): string {
  return metadata?.event_payload.key ?? '';
}

/** Whether a message has anything to press. */
export function hasButtons({ blocks }: Seen): boolean {
  return blocks.some(({ type }) => type === 'actions');
}
