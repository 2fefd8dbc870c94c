import { between } from '../domain/instant.ts';
import type { Person } from '../domain/people.ts';
import { isActive } from '../domain/run.ts';
import type { Ledger, Log, Notice } from '../ports.ts';
import type { RunView } from '../usecases/status.ts';
import type { CardChannel } from './channel.ts';
import { dueOf, hashOf, type Due, type Moment, type Standing } from './due.ts';
import { noticeOf } from './notice.ts';
import { pictureKey, stageHash, type Pictures } from './pictures.ts';
import { caughtUp, moved } from './render/elsewhere.ts';
import type { Message } from './render/block-kit.ts';
import type { Throttle } from './throttle.ts';
import { isAdrift, wantedOf, type Wanted } from './wanted.ts';

/** What this process knows about the messages of one run. */
export type Memory = {
  readonly standing: Map<string, Standing>;
  /** Keys that may stand in Slack without our knowing: looked for before they are posted. */
  readonly uncertain: Set<string>;
  /** Messages that Slack does not want as they are, and until when they wait. */
  readonly waits: Map<string, number>;
  /** Messages about what this process saw and no event tells; posted once. */
  readonly notices: Wanted[];
  /** The version of the run that its card showed last; null when another process posted it. */
  shown: number | null;
  /** How long Slack was away, and what the card showed then; null once it was told. */
  away: { readonly ms: number; readonly shown: number | null } | null;
  /** Over, and every message shows it. */
  done: boolean;
};

export type Job = {
  readonly runId: string;
  readonly version: number;
  readonly memory: Memory;
  readonly message: Wanted;
  readonly due: Due;
  /** The copy below a card that is gone, and what it is to say instead; null when there is none. */
  readonly adrift: { readonly standing: Standing; readonly says: Message } | null;
};

/** Ended runs are kept current for a day. */
const RECENT_MS = 86_400_000;
/** A shorter absence is nothing that anybody has to be told. */
const AWAY_MS = 60_000;

export type Standings = {
  /** What has to be sent for this run now. Rejects when the ledger does not answer. */
  readonly jobsOf: (runId: string) => Promise<readonly Job[]>;
  readonly momentOf: (memory: Memory, key: string) => Moment;
  readonly isDone: (runId: string) => boolean;
  /** The version of the run that its card in the channel shows; null when this process does not know. */
  readonly shown: (runId: string) => number | null;
  /** The message stands there and shows this hash; true when it is new there. */
  readonly arrived: (job: Job, at: { channel: string; ts: string }, hash: string) => Promise<boolean>;
  /** Slack is back after so long: each run that went on meanwhile says so once. */
  readonly back: (awayMs: number) => void;
  /** From now on a run that appears was made in our time, so nothing of it can stand in Slack unknown. */
  readonly caughtUp: () => void;
  /** Somebody else published meanwhile: the ledger is read again, and what it does not know is looked for. */
  readonly forget: () => void;
};

/** Compares what each run should show with what stands in Slack, as the ledger and this process remember it. */
export function standings(known: {
  readonly ledger: Pick<Ledger, 'now' | 'posted' | 'save'>;
  readonly view: (runId: string) => Promise<RunView | null>;
  readonly people: () => readonly Person[];
  readonly log: Log;
  readonly elapsedMs: () => number;
  readonly throttle: Throttle;
  readonly channel: CardChannel;
  readonly reachable: (userId: string) => boolean;
  readonly address: (place: { channel: string; ts: string }) => string | null;
  readonly pictures: Pictures;
  /** The run has to be looked at again. */
  readonly again: (runId: string) => void;
  readonly told?: ((runId: string, notice: Notice) => Promise<void>) | undefined;
}): Standings {
  const { ledger, view, people, log, elapsedMs, throttle, channel, reachable, address, pictures } = known;
  const telling = new Set<string>();
  const memories = new Map<string, Memory>();
  let inherits = true;

  /** What the ledger says was posted. */
  async function remember(runId: string): Promise<Memory> {
    const rows = await ledger.posted(runId);
    const never = Number.NEGATIVE_INFINITY;
    const standing = new Map(rows.map((row): [string, Standing] => [row.key, { ...row, stage: null, editedAtMs: never }]));
    return { standing, uncertain: new Set(), waits: new Map(), notices: [], shown: null, away: null, done: false };
  }

  async function memoryOf(found: RunView): Promise<{ memory: Memory; wanted: readonly Wanted[] }> {
    const { id } = found.run;
    const memory = memories.get(id) ?? (await remember(id));
    tellAbsence(memory, found);
    const pictureOf = (key: string) => (pictures.mayShow(id, key) ? (memory.standing.get(pictureKey(key))?.ts ?? null) : null);
    const around = { people: people(), channel, reachable, address, pictureOf };
    const wanted = [...wantedOf(found, memory.standing, around), ...memory.notices];
    // Of a run older than this process, what the ledger does not know may stand in Slack all the same (T28).
    if (!memories.has(id) && inherits) for (const { key } of wanted) if (!memory.standing.has(key)) memory.uncertain.add(key);
    memories.set(id, memory);
    return { memory, wanted };
  }

  /** What happened in an outage is told in one sentence, to those who wait for a run (R15). */
  function tellAbsence(memory: Memory, { run, now }: RunView): void {
    const { away } = memory;
    memory.away = null;
    if (away === null || run.started === null || !isActive(run) || away.shown === run.version) return;
    const loud = { thread: true, broadcast: true, urgent: true, stage: '', everyMs: AWAY_MS };
    memory.notices.push({ ...caughtUp(run, away.ms), ...loud, key: `away:${now}`, to: null, file: null, watched: false });
  }

  /** Whether the team was told is itself a line of the checklist (R16). Never rejects, and nothing waits for it. */
  async function report(runId: string, notice: Notice | null): Promise<void> {
    if (notice === null || known.told === undefined || telling.has(runId)) return;
    telling.add(runId);
    try {
      await known.told(runId, notice);
    } catch (error) {
      log.warn({ run: runId, error: String(error) }, 'the notice could not be recorded; it is looked at again');
    } finally {
      telling.delete(runId);
    }
  }

  function momentOf(memory: Memory, key: string): Moment {
    const waitsUntilMs = memory.waits.get(key) ?? 0;
    return { nowMs: elapsedMs(), pauses: throttle.pauses(), edits: throttle.edits(), channelAtMs: channel.tryAtMs(), waitsUntilMs };
  }

  async function jobsOf(runId: string): Promise<readonly Job[]> {
    const found = await view(runId);
    if (found === null) return [];
    const { run, now } = found;
    const { memory, wanted } = await memoryOf(found);
    const card = memory.standing.get('card');
    const place = card === undefined ? null : address(card);
    const trouble = channel.closed() ?? throttle.trouble();
    void report(runId, noticeOf(run, now, { permalink: place, stands: card !== undefined, trouble }));
    // What changes nothing on the card is on it already.
    if (wanted.some((message) => message.key === 'card' && card?.hash === hashOf(message))) memory.shown = run.version;
    const old = run.end !== null && between(run.end.at, now) > RECENT_MS;
    const adriftOf = (message: Wanted) => (message.thread && isAdrift(memory.standing.get(message.key), card) ? message.key : null);
    const behind = (message: Wanted) => memory.standing.get(message.key)?.hash !== hashOf(message) || adriftOf(message) !== null;
    const unfinished = illustrate(found, memory, { wanted: old ? [] : wanted, isAdrift: (message) => adriftOf(message) !== null });
    memory.done = run.end !== null && run.state !== 'rollback_failed' && (old || !(unfinished || wanted.some(behind)));
    if (old) return [];
    return wanted.flatMap((message) => {
      const stands = memory.standing.get(message.key);
      const adrift = adriftOf(message) !== null && stands !== undefined ? { standing: stands, says: moved(run, cardAddress(card)) } : null;
      const due = dueOf(message, adrift === null ? stands : undefined, momentOf(memory, message.key));
      const orphan = message.thread && card === undefined;
      return due === null || orphan ? [] : [{ runId, version: run.version, memory, message, due, adrift }];
    });
  }

  /** Has the pictures drawn that are out of date, of messages that stand. Out: whether one is still to come. */
  function illustrate(
    view: RunView,
    memory: Memory,
    those: { wanted: readonly Wanted[]; isAdrift: (message: Wanted) => boolean },
  ): boolean {
    const { id } = view.run;
    let unfinished = false;
    for (const message of those.wanted) {
      const { key, picture } = message;
      const stands = memory.standing.get(key);
      if (picture === undefined || message.to !== null || stands === undefined || those.isAdrift(message)) continue;
      const stage = { wanted: stageHash(picture.stage), has: memory.standing.get(pictureKey(key))?.hash ?? null };
      unfinished ||= pictures.pending(id, key, stage);
      if (stage.wanted === stage.has) continue;
      pictures.draw({ view, key, picture }, async (fileId) => {
        const file = { channel: stands.channel, ts: fileId, hash: stage.wanted };
        memory.standing.set(pictureKey(key), { ...file, stage: null, editedAtMs: elapsedMs() });
        await record(id, pictureKey(key), file);
        known.again(id);
      });
    }
    return unfinished;
  }

  /** A ledger that is down must not cause a second post, so this process knows it already. */
  async function record(runId: string, key: string, at: { channel: string; ts: string; hash: string }): Promise<void> {
    try {
      await ledger.save({ runId, key, ...at, postedAt: await ledger.now() });
    } catch (error) {
      log.warn({ run: runId, key, error: String(error) }, 'where a message stands could not be recorded');
    }
  }

  const cardAddress = (card: Standing | undefined) => (card === undefined ? null : address(card));

  async function arrived(job: Job, { channel: place, ts }: { channel: string; ts: string }, hash: string): Promise<boolean> {
    const { runId, memory, message, version } = job;
    const { key } = message;
    const before = memory.standing.get(key);
    memory.standing.set(key, { channel: place, ts, hash, stage: message.stage, editedAtMs: elapsedMs() });
    memory.uncertain.delete(key);
    if (key === 'card' && hash !== '') memory.shown = version;
    if (before?.ts === ts && before.channel === place && before.hash === hash) return false;
    await record(runId, key, { channel: place, ts, hash });
    return before?.ts !== ts;
  }

  return {
    jobsOf,
    momentOf,
    arrived,
    isDone: (runId) => memories.get(runId)?.done === true,
    shown: (runId) => memories.get(runId)?.shown ?? null,
    back: (ms) => {
      if (ms < AWAY_MS) return;
      for (const memory of memories.values()) memory.away = { ms, shown: memory.shown };
    },
    caughtUp: () => {
      inherits = false;
    },
    forget: () => {
      memories.clear();
      inherits = true;
    },
  };
}
