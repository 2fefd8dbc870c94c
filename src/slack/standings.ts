import { between } from '../domain/instant.ts';
import type { Person } from '../domain/people.ts';
import type { Ledger, Log } from '../ports.ts';
import type { RunView } from '../usecases/status.ts';
import { dueOf, hashOf, type Due, type Standing } from './due.ts';
import { messagesOf, type RenderedMessage } from './render/messages.ts';
import type { Throttle } from './throttle.ts';

/** What this process knows about the messages of one run. */
export type Memory = {
  readonly standing: Map<string, Standing>;
  /** Keys that may stand in Slack without our knowing: looked for before they are posted. */
  readonly uncertain: Set<string>;
  /** Over, and every message shows it. */
  done: boolean;
};

export type Job = { readonly runId: string; readonly memory: Memory; readonly message: RenderedMessage; readonly due: Due };

/** Ended runs are kept current for a day. */
const RECENT_MS = 86_400_000;

export type Standings = {
  /** What has to be sent for this run now. Rejects when the ledger does not answer. */
  readonly jobsOf: (runId: string) => Promise<readonly Job[]>;
  readonly isDone: (runId: string) => boolean;
  /** The message stands there and shows this hash; true when it is new there. */
  readonly arrived: (job: Job, at: { channel: string; ts: string }, hash: string) => Promise<boolean>;
  /** From now on a run that appears was made in our time, so nothing of it can stand in Slack unknown. */
  readonly caughtUp: () => void;
};

/** Compares what each run should show with what stands in Slack, as the ledger and this process remember it. */
export function standings(known: {
  readonly ledger: Pick<Ledger, 'now' | 'posted' | 'save'>;
  readonly view: (runId: string) => Promise<RunView | null>;
  readonly people: () => readonly Person[];
  readonly log: Log;
  readonly elapsedMs: () => number;
  readonly throttle: Throttle;
}): Standings {
  const { ledger, view, people, log, elapsedMs, throttle } = known;
  const memories = new Map<string, Memory>();
  let inherits = true;

  /** What the ledger says was posted. Of a run older than this process, the rest may stand in Slack unknown to the ledger (T28). */
  async function remember(runId: string, messages: readonly RenderedMessage[]): Promise<Memory> {
    const rows = await ledger.posted(runId);
    const never = Number.NEGATIVE_INFINITY;
    const standing = new Map(rows.map((row): [string, Standing] => [row.key, { ...row, stage: null, editedAtMs: never }]));
    const missing = messages.map(({ key }) => key).filter((key) => !standing.has(key));
    const memory = { standing, uncertain: new Set(inherits ? missing : []), done: false };
    memories.set(runId, memory);
    return memory;
  }

  async function jobsOf(runId: string): Promise<readonly Job[]> {
    const found = await view(runId);
    if (found === null) return [];
    const { run, now } = found;
    const messages = messagesOf(found, people());
    const memory = memories.get(runId) ?? (await remember(runId, messages));
    const old = run.end !== null && between(run.end.at, now) > RECENT_MS;
    const behind = old ? [] : messages.filter((message) => memory.standing.get(message.key)?.hash !== hashOf(message));
    memory.done = run.end !== null && run.state !== 'rollback_failed' && behind.length === 0;
    const at = { nowMs: elapsedMs(), pauses: throttle.pauses(), edits: throttle.edits() };
    return behind.flatMap((message) => {
      const due = dueOf(message, memory.standing.get(message.key), at);
      const orphan = message.thread && !memory.standing.has('card');
      return due === null || orphan ? [] : [{ runId, memory, message, due }];
    });
  }

  async function arrived(job: Job, { channel, ts }: { channel: string; ts: string }, hash: string): Promise<boolean> {
    const { runId, memory, message } = job;
    const { key } = message;
    const isNew = memory.standing.get(key)?.ts !== ts;
    // First here, then in the ledger: a ledger that is down must not cause a second post.
    memory.standing.set(key, { channel, ts, hash, stage: message.stage, editedAtMs: elapsedMs() });
    memory.uncertain.delete(key);
    try {
      await ledger.save({ runId, key, channel, ts, hash, postedAt: await ledger.now() });
    } catch (error) {
      log.warn({ run: runId, key, error: String(error) }, 'where a message stands could not be recorded');
    }
    return isNew;
  }

  return {
    jobsOf,
    arrived,
    isDone: (runId) => memories.get(runId)?.done === true,
    caughtUp: () => {
      inherits = false;
    },
  };
}
