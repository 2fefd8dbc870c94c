import type { Log } from '../ports.ts';
import type { CardChannel } from './channel.ts';
import { dueOf, hashOf } from './due.ts';
import { concernOf, failureOf, isForbidden, type SlackFailure } from './failure.ts';
import { edit, findLost, post, upload, type Place, type PostingClient, type Sent } from './posting.ts';
import type { Pictures } from './pictures.ts';
import type { Recipients } from './recipients.ts';
import { note } from './render/refusal.ts';
import type { Job, Standings } from './standings.ts';
import type { Throttle } from './throttle.ts';

/** What came of a job: whether its run has to be looked at again, and whether Slack takes anything else now. */
export type Delivered = { readonly again: boolean; readonly goOn: boolean };

const DONE: Delivered = { again: false, goOn: true };
const AGAIN: Delivered = { again: true, goOn: true };
const STOPPED: Delivered = { again: false, goOn: false };

/** How long a message waits that Slack does not take as it is; it holds nothing else up. */
const WAIT_MS = 60_000;
const LOOKING: SlackFailure = { kind: 'unknown', why: 'rate limited while looking for the channel' };

/** Sends one message, and knows what each failure means for it and for the others. Never rejects. */
export function delivery(known: {
  readonly client: PostingClient;
  readonly channel: CardChannel;
  readonly recipients: Recipients;
  readonly standings: Standings;
  readonly throttle: Throttle;
  readonly pictures: Pictures;
  readonly log: Log;
  readonly elapsedMs: () => number;
}): (job: Job) => Promise<Delivered> {
  const { client, channel, recipients, standings, throttle, log, elapsedMs } = known;

  async function deliver(job: Job): Promise<Delivered> {
    const { memory, message, adrift } = job;
    const standing = adrift === null ? memory.standing.get(message.key) : undefined;
    // Asked again: the messages before this one may have used up what Slack allows.
    const due = dueOf(message, standing, standings.momentOf(memory, message.key));
    if (due === null) return DONE;
    if (standing !== undefined) {
      throttle.edited({ of: standing.ts, atOnce: due.atOnce });
      return settle(job, (said) => edit(client, said, standing));
    }
    const place = await placeOf(job);
    if (place === null) return channel.closed() === null ? STOPPED : AGAIN;
    const found = memory.uncertain.has(message.key) && message.to === null ? await findAgain(job, place) : null;
    return found ?? (message.file === null ? settle(job, (said) => post(client, job.runId, said, place)) : share(job, place));
  }

  /** A message whose answer was lost, or that an earlier process may have posted. Null when it has to be posted. */
  async function findAgain(job: Job, place: Place): Promise<Delivered | null> {
    const { runId, memory, message } = job;
    const lost = await findLost(client, { runId, key: message.key, file: message.file?.name ?? null }, place);
    // A found message may show something older: it is edited next. A file is what it is.
    if (lost.ok && lost.at !== null) return took(job, lost.at, message.file === null ? '' : hashOf(message));
    if (!lost.ok && (lost.failure.kind !== 'refused' || concernOf(lost.failure.error) === 'place')) return refused(job, lost.failure);
    // Without the right to read the channel nothing can be found: a message too many is better than none.
    if (!lost.ok) log.warn({ run: runId, key: message.key, failure: lost.failure }, 'a lost message cannot be looked for; it is posted');
    memory.uncertain.delete(message.key);
    return null;
  }

  /** The SQL can be read in a window too: a workspace that takes no files is not asked again for this plan (T26). */
  async function share(job: Job, place: Place): Promise<Delivered> {
    const { runId, memory, message } = job;
    if (message.file === null) return DONE;
    const sent = await upload(client, message.file, place);
    if (sent.ok) return took(job, sent, hashOf(message));
    const { failure } = sent;
    const final = failure.kind === 'refused' && (failure.error === 'missing_scope' || concernOf(failure.error) === 'message');
    if (!final) return refused(job, failure);
    log.warn({ run: runId, file: message.file.name, failure }, 'Slack takes no file; the SQL can be read with View SQL');
    memory.waits.set(message.key, Number.POSITIVE_INFINITY);
    return DONE;
  }

  async function settle(job: Job, send: (message: Job['message']) => Promise<Sent>): Promise<Delivered> {
    const { runId, memory, message } = job;
    let sent = await send(message);
    if (isRefusedPlace(job, sent)) {
      const known = memory.standing.get(message.key)?.channel ?? memory.standing.get('card')?.channel ?? null;
      const id = await lookAnew();
      if (id !== null && known !== null && id !== known) return moveTo(id, job);
      if (id !== null) sent = await send(message);
    }
    if (sent.ok) return took(job, sent, hashOf(message));
    const { failure } = sent;
    if (failure.kind !== 'refused') return refused(job, failure);
    // To a person the sentence may go where blocks may not; a channel's card without its buttons would be no card.
    const forbidden = message.to !== null && isForbidden(failure.error);
    if (!forbidden && concernOf(failure.error) !== 'blocks') return refused(job, failure);
    // Most likely the file is still being examined. The alert and its buttons must not fall with the picture.
    if (message.blocks.some((block) => block.type === 'image')) {
      known.pictures.refused(runId, message.key);
      return AGAIN;
    }
    log.error({ run: runId, key: message.key, failure }, 'Slack refuses these blocks; their sentence is sent alone');
    const alone = await send({ ...message, blocks: forbidden ? [] : note(message.text).blocks });
    return alone.ok ? took(job, alone, hashOf(message)) : refused(job, alone.failure);
  }

  function isRefusedPlace({ message }: Job, sent: Sent): boolean {
    return message.to === null && !sent.ok && sent.failure.kind === 'refused' && concernOf(sent.failure.error) === 'place';
  }

  /** The app may have to join again, or the name may belong to another channel now. Null when Slack does not say. */
  async function lookAnew(): Promise<string | null> {
    channel.forget();
    try {
      return await channel.find();
    } catch (error) {
      log.info({ channel: channel.name, failure: failureOf(error) }, 'the channel could not be looked for');
      return null;
    }
  }

  /** Deleted and made anew, the channel has another id: the card is posted there, and what hangs below it follows. */
  function moveTo(id: string, { runId, memory }: Job): Delivered {
    log.warn({ run: runId, channel: id }, 'the channel of the card is gone; the card is posted in the one of that name');
    memory.standing.delete('card');
    return AGAIN;
  }

  async function took(job: Job, at: { channel: string; ts: string }, hash: string): Promise<Delivered> {
    standings.back(throttle.worked());
    if (job.message.to === null) channel.took();
    const again = await standings.arrived(job, at, hash);
    if (job.adrift !== null && job.message.file === null) await leavePointer(job.message, job.adrift);
    return { again, goOn: true };
  }

  /** The old copy says where the message is now; when that fails, its buttons still work. */
  async function leavePointer(message: Job['message'], { standing, says }: NonNullable<Job['adrift']>): Promise<void> {
    throttle.edited({ of: standing.ts, atOnce: false });
    const sent = await edit(client, { ...message, ...says }, standing);
    if (!sent.ok) log.info({ key: message.key, failure: sent.failure }, 'an old copy of a message stays as it was');
  }

  function refused(job: Job, failure: SlackFailure): Delivered {
    if (failure.kind === 'refused') return denied(job, failure.error);
    if (failure.kind === 'unknown' && job.due.kind !== 'update') job.memory.uncertain.add(job.message.key);
    throttle.failed(job.due.kind, failure);
    return failure.kind === 'rate_limited' ? DONE : STOPPED;
  }

  /** Slack said no: to everything, to this place, or to this message. */
  function denied({ runId, memory, message, due }: Job, error: string): Delivered {
    const { key, to } = message;
    const concern = concernOf(error);
    if (concern === 'token') {
      throttle.failed(due.kind, { kind: 'refused', error });
      return STOPPED;
    }
    if (concern === 'gone') {
      log.warn({ run: runId, key, error }, 'a message is gone; it is posted anew');
      memory.standing.delete(error === 'thread_not_found' ? 'card' : key);
      return AGAIN;
    }
    if (to !== null) {
      recipients.failed(to, error);
      return DONE;
    }
    if (concern === 'place') {
      channel.refused(error);
      return AGAIN;
    }
    log.error({ run: runId, key, error }, 'Slack does not take a message; the others go on');
    memory.waits.set(key, elapsedMs() + WAIT_MS);
    return DONE;
  }

  /** The thread of the card, the channel for the card itself, or the person. Null when Slack does not say where. */
  async function placeOf({ memory, message, due }: Job): Promise<Place | null> {
    if (message.to !== null) return { channel: message.to, thread: null };
    const root = memory.standing.get('card');
    if (message.thread && root !== undefined) return { channel: root.channel, thread: root.ts };
    try {
      const id = await channel.find();
      if (id !== null) return { channel: id, thread: null };
      channel.refused('channel_not_found');
    } catch (error) {
      const failure = failureOf(error);
      throttle.failed(due.kind, failure.kind === 'rate_limited' ? LOOKING : failure);
    }
    return null;
  }

  return deliver;
}
