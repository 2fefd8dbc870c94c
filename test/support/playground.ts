import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MIGRATIONS } from '../../playground/acme/database.ts';
import { startWorld, type World, type WorldOptions } from '../../playground/world.ts';
import { until } from './until.ts';

type Element = { readonly type: string; readonly action_id?: string; readonly text?: { readonly text: string }; readonly value?: string };
type Block = {
  readonly type: string;
  readonly block_id?: string;
  readonly elements?: readonly Element[];
  readonly accessory?: Element;
  readonly text?: { readonly text: string };
  readonly element?: Element;
  readonly slack_file?: { readonly id: string };
};
type Metadata = { readonly event_payload: Readonly<Record<string, string>> };
export type Message = {
  readonly ts: string;
  readonly thread_ts?: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly metadata?: Metadata | null;
};
type Answer = {
  readonly ok: boolean;
  readonly acknowledged: boolean;
  readonly ack: unknown;
  readonly ms: number;
  readonly error?: string;
  /** Absent when nothing was delivered. */
  readonly envelope_id?: string;
};
type Refused = { readonly error?: string; readonly response_metadata?: { readonly messages: readonly string[] } };
type View = { readonly id: string; readonly blocks: readonly Block[] } | null;

const OFFPEAK = fileURLToPath(new URL('../../src/bin/offpeak.js', import.meta.url));
const CHANNEL = 'deployments';
/** Approve appears once the backup is restored and the plan rehearsed on it, which takes a busy machine its time. */
const PROOF_MS = 180_000;

/** A person at the local Slack, working through the control API as a hand would through the page. */
export type Playground = {
  readonly world: World;
  /** A copy of Acme's migrations that a story may edit. */
  readonly migrations: string;
  /** Everything the program's processes logged. */
  readonly log: readonly string[];
  /** Asks anything of the local Slack's control API: looks without a body, acts with one. Throws what it refuses. */
  control<T>(path: string, body?: object): Promise<T>;
  slash(user: string, text: string): Promise<Answer>;
  /** The cards: messages of the channel that are nobody's reply, oldest first. */
  roots(): Promise<readonly Message[]>;
  /** The newest of them. */
  card(): Promise<Message>;
  thread(): Promise<readonly Message[]>;
  ephemerals(user: string): Promise<readonly Message[]>;
  view(user: string): Promise<View>;
  /** Presses the button with this label on the card, in its thread or on an ephemeral; waits until it is there. */
  press(user: string, label: string, which?: (message: Message) => boolean): Promise<Answer>;
  /** Writes the text into every text field of the open modal, leaves what is chosen as it is, and submits it. */
  submit(user: string, text: string): Promise<Answer>;
  clock(wish: { now: string } | { advance_s: number }): Promise<{ now: string }>;
  /** Waits until the root card's text matches. */
  cardSays(pattern: RegExp, deadlineMs?: number): Promise<Message>;
  threadSays(pattern: RegExp, deadlineMs?: number): Promise<Message>;
  /** One bot too many, which nobody starts again. To be stopped by the story, even when it was killed. */
  anotherBot(): { readonly pid: number | undefined; stop(): Promise<void> };
  stop(): Promise<void>;
};

/** Every text of a message, for looking things up in it. */
export function textOf(message: Message): string {
  return `${message.text}\n${JSON.stringify(message.blocks)}`;
}

function buttonsOf(message: Message): readonly Element[] {
  return message.blocks
    .flatMap((block) => [...(block.elements ?? []), ...(block.accessory === undefined ? [] : [block.accessory])])
    .filter((element) => element.type === 'button');
}

/** Boots the whole playground with its own copy of the migrations. */
export async function startPlayground(options: Pick<WorldOptions, 'observe' | 'twin'> = {}): Promise<Playground> {
  const directory = await mkdtemp(join(tmpdir(), 'offpeak-story-'));
  await cp(MIGRATIONS.pathname, directory, { recursive: true });
  const log: string[] = [];
  const world = await startWorld({ port: 0, migrations: directory, observe: '8s', ...options, log: (line) => void log.push(line) });
  const base = `${world.slack.url}/_control`;
  const get = async <T>(path: string): Promise<T> => (await (await fetch(`${base}${path}`)).json()) as T;
  const post = async <T>(path: string, body: object): Promise<T> => {
    const response = await fetch(`${base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as T;
  };
  const roots = async () => (await get<{ messages: Message[] }>(`/messages?channel=${CHANNEL}`)).messages;
  const card = async () => {
    const newest = (await roots()).at(-1);
    if (newest === undefined) throw new Error('there is no card in #deployments');
    return newest;
  };
  const thread = async () => (await get<{ messages: Message[] }>(`/messages?channel=${CHANNEL}&thread_ts=${(await card()).ts}`)).messages;
  const ephemerals = async (user: string) => (await get<{ ephemerals: Message[] }>(`/ephemerals?user=${user}`)).ephemerals;
  const waitFor = async <T>(what: string, deadlineMs: number, look: () => Promise<T | undefined>): Promise<T> => {
    let found: T | undefined;
    await until(
      async () => {
        found = await look().catch(() => undefined);
        return found !== undefined;
      },
      { what, deadlineMs, everyMs: 100 },
    ).catch(async (error: unknown) => {
      const messages = await thread().catch(() => []);
      throw new Error([String(error), ...messages.map((message) => message.text), ...log.slice(-20)].join('\n'));
    });
    return found as T;
  };
  return {
    world,
    migrations: directory,
    log,
    control: async <T>(path: string, body?: object): Promise<T> => {
      const answer = await (body === undefined ? get<T & Refused>(path) : post<T & Refused>(path, body));
      if (answer.error !== 'invalid_arguments') return answer;
      throw new Error(`${path}: ${answer.response_metadata?.messages.join(' ')}`);
    },
    roots,
    slash: (user, text) => post<Answer>('/slash', { user, channel: CHANNEL, text }),
    card,
    thread,
    ephemerals,
    view: async (user) => (await get<{ view: View }>(`/view?user=${user}`)).view,
    press: async (user, label, which = () => true) => {
      const { message, button } = await waitFor(`a button "${label}"`, PROOF_MS, async () => {
        const messages = [...(await ephemerals(user)), ...(await thread()), await card()].toReversed().filter(which);
        for (const message of messages) {
          // What a rollback costs stands behind its label.
          const button = buttonsOf(message).find(({ text }) => text?.text.split(' · ')[0] === label);
          if (button !== undefined) return { message, button };
        }
        return undefined;
      });
      return post<Answer>('/click', { user, channel: CHANNEL, ts: message.ts, action_id: button.action_id });
    },
    submit: async (user, text) => {
      // A window that looks something up first has no field yet.
      const { view, inputs } = await waitFor('an open modal with a field', 30_000, async () => {
        const { view } = await get<{ view: View }>(`/view?user=${user}`);
        const inputs = view?.blocks.filter(({ type, element }) => type === 'input' && element?.type === 'plain_text_input') ?? [];
        return inputs.length === 0 ? undefined : { view, inputs };
      });
      const values = Object.fromEntries(inputs.map((block) => [block.block_id, { [block.element?.action_id ?? '']: text }]));
      return post<Answer>('/submit', { user, view_id: view?.id, values });
    },
    clock: (wish) => post<{ now: string }>('/clock', wish),
    cardSays: (pattern, deadlineMs = 75_000) =>
      waitFor(`the card to say ${String(pattern)}`, deadlineMs, async () => {
        const message = await card();
        return pattern.test(textOf(message)) ? message : undefined;
      }),
    threadSays: (pattern, deadlineMs = 75_000) =>
      waitFor(`the thread to say ${String(pattern)}`, deadlineMs, async () =>
        (await thread()).find((message) => pattern.test(textOf(message))),
      ),
    anotherBot: () => {
      // The channel tells it when we are gone, however we went.
      const bot = spawn(process.execPath, [OFFPEAK, 'bot'], {
        env: { ...process.env, ...world.env },
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      const gone = once(bot, 'exit');
      if (bot.stderr !== null) createInterface({ input: bot.stderr }).on('line', (line) => void log.push(line));
      return {
        pid: bot.pid,
        stop: async () => {
          bot.kill();
          await gone;
        },
      };
    },
    stop: async () => {
      await world.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** From /migrate plan to two approvals: Maya confirms, Sam reviews and acknowledges, Priya is on call. */
export async function approveEverything(play: Playground): Promise<void> {
  await play.slash('maya', '/migrate plan');
  await play.press('maya', 'Start checklist');
  for (let line = 0; line < 2; line += 1) await confirmLine(play, 'maya');
  await confirmLine(play, 'sam');
  await play.press('sam', 'Acknowledge');
  await play.threadSays(/Stakeholders told\* · passes/);
  await play.press('priya', "I'm available");
  await play.threadSays(/On-call available\* · passes/);
  await play.press('sam', 'Approve');
  await play.threadSays(/1 of 2/);
  await play.press('priya', 'Approve');
  await play.cardSays(/Approved/);
}

/** Confirms the next human line of the checklist, and waits until the checklist shows it. */
export async function confirmLine(play: Playground, user: string): Promise<void> {
  const before = confirmed(await play.thread());
  await play.press(user, 'Confirm…');
  await play.submit(user, 'Looked at it on staging; the link is in the ticket.');
  // Hands of a test are faster than Slack's edits of a minute.
  await until(async () => confirmed(await play.thread()) > before, { what: 'the line to be confirmed', deadlineMs: 70_000 });
}

function confirmed(messages: readonly Message[]): number {
  return messages.flatMap(buttonsOf).filter((button) => button.text?.text === 'Withdraw').length;
}

/**
 * Presses Start now as a person does: a start that is refused because a line was unknown or expired at that very moment (the next
 * reading mends it within seconds) is pressed again. Any other refusal is the story's end.
 */
export async function startNow(play: Playground, user = 'maya'): Promise<void> {
  await until(
    async () => {
      const told = (await play.ephemerals(user)).length;
      await play.press(user, 'Start now');
      const refusal = await until(
        async () => {
          if (!/Start now/.test(textOf(await play.card()))) return 'started';
          return (await play.ephemerals(user)).slice(told).at(-1)?.text;
        },
        { what: 'an answer to Start now', deadlineMs: 30_000 },
      );
      if (refusal === 'started') return true;
      if (!/do not pass/.test(refusal)) throw new Error(`the start was refused for good: ${refusal}`);
      return false;
    },
    { what: 'the run to start', deadlineMs: 90_000, everyMs: 2_000 },
  );
}
