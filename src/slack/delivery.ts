import type { Log } from '../ports.ts';
import { findChannel, type ChannelsClient } from './channel.ts';
import { dueOf, hashOf } from './due.ts';
import { failureOf, type SlackFailure } from './failure.ts';
import { edit, findLost, post, type PostingClient, type Sent } from './posting.ts';
import { note } from './render/refusal.ts';
import type { Job, Standings } from './standings.ts';
import type { Throttle } from './throttle.ts';

/** What came of a job: whether its run has to be looked at again, and whether Slack takes anything else now. */
export type Delivered = { readonly again: boolean; readonly goOn: boolean };

/** Slack's answers to blocks it does not like; the sentence alone is better than nothing. */
const BAD_BLOCKS: readonly string[] = ['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long', 'msg_too_long'];
/** The message or its thread was deleted by somebody, or is no longer ours to edit. */
const GONE: readonly string[] = ['message_not_found', 'thread_not_found', 'cant_update_message', 'edit_window_closed'];

/** Sends one message, and knows what each failure means for it and for the others. Never rejects. */
export function delivery(known: {
  readonly client: PostingClient & ChannelsClient;
  readonly channel: string;
  readonly standings: Standings;
  readonly throttle: Throttle;
  readonly log: Log;
  readonly elapsedMs: () => number;
}): (job: Job) => Promise<Delivered> {
  const { client, standings, throttle, log, elapsedMs } = known;
  let channel: string | null = null;

  async function deliver(job: Job): Promise<Delivered> {
    const standing = job.memory.standing.get(job.message.key);
    // Asked again: the messages before this one may have used up what Slack allows.
    const at = { nowMs: elapsedMs(), pauses: throttle.pauses(), edits: throttle.edits() };
    if (dueOf(job.message, standing, at) === null) return { again: false, goOn: true };
    if (standing !== undefined) {
      throttle.edited();
      return settle(job, (message) => edit(client, message, standing));
    }
    const place = await placeOf(job);
    if (place === null) return { again: false, goOn: false };
    if (job.memory.uncertain.has(job.message.key)) {
      const found = await findAgain(job, place);
      if (found !== null) return found;
    }
    return settle(job, (message) => post(client, job.runId, message, place));
  }

  /** A message whose answer was lost, or that an earlier process may have posted. Null when it has to be posted. */
  async function findAgain(job: Job, place: { channel: string; thread: string | null }): Promise<Delivered | null> {
    const { runId, memory, message } = job;
    const lost = await findLost(client, { runId, key: message.key }, place);
    if (lost.ok && lost.ts !== null) return took(job, { channel: place.channel, ts: lost.ts }, '');
    if (!lost.ok && lost.failure.kind !== 'refused') return refused(job, lost.failure);
    // Without the right to read the channel nothing can be found: a message too many is better than none.
    if (!lost.ok) log.warn({ run: runId, key: message.key, failure: lost.failure }, 'a lost message cannot be looked for; it is posted');
    memory.uncertain.delete(message.key);
    return null;
  }

  async function settle(job: Job, send: (message: Job['message']) => Promise<Sent>): Promise<Delivered> {
    const sent = await send(job.message);
    if (sent.ok) return took(job, sent, hashOf(job.message));
    if (sent.failure.kind === 'refused' && BAD_BLOCKS.includes(sent.failure.error)) {
      log.error(
        { run: job.runId, key: job.message.key, failure: sent.failure },
        'Slack refuses these blocks; their sentence is sent alone',
      );
      const alone = await send({ ...job.message, blocks: note(job.message.text).blocks });
      return alone.ok ? took(job, alone, hashOf(job.message)) : refused(job, alone.failure);
    }
    return refused(job, sent.failure);
  }

  async function took(job: Job, at: { channel: string; ts: string }, hash: string): Promise<Delivered> {
    throttle.worked();
    return { again: await standings.arrived(job, at, hash), goOn: true };
  }

  function refused({ memory, message, due, runId }: Job, failure: SlackFailure): Delivered {
    if (failure.kind === 'unknown' && due.kind === 'post') memory.uncertain.add(message.key);
    if (failure.kind === 'refused' && GONE.includes(failure.error)) {
      log.warn({ run: runId, key: message.key, failure }, 'a message is gone; it is posted anew');
      memory.standing.delete(failure.error === 'thread_not_found' ? 'card' : message.key);
      return { again: true, goOn: true };
    }
    // Somebody removed the app, or the channel was renamed: it is found and joined anew at the next try.
    if (failure.kind === 'refused') channel = null;
    throttle.failed(due.kind, failure);
    return { again: false, goOn: failure.kind === 'rate_limited' };
  }

  /** The thread of the card, or the channel for the card itself. */
  async function placeOf({ memory, message, due }: Job): Promise<{ channel: string; thread: string | null } | null> {
    try {
      channel ??= await findChannel(client, known.channel, log);
      const root = memory.standing.get('card');
      return message.thread && root !== undefined ? { channel: root.channel, thread: root.ts } : { channel, thread: null };
    } catch (error) {
      const failure = failureOf(error);
      throttle.failed(
        due.kind,
        failure.kind === 'rate_limited' ? { kind: 'unknown', why: 'rate limited while looking for the channel' } : failure,
      );
      return null;
    }
  }

  return deliver;
}
