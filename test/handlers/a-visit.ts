import type { Client, Click, Membership, Reply, Slash, Submission, Tools } from '../../handlers/tools.ts';
import { actionId, writeReference, type Action } from '../../src/slack/actions.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Run } from '../../src/domain/run.ts';
import type { Person } from '../../src/domain/people.ts';
import { evening, PEOPLE } from '../support/runs.ts';
import { aLedger, someServices, type SmallLedger } from '../slack/a-ledger.ts';

type Name = (typeof PEOPLE)[number]['name'];

/** What people saw and what Slack was asked, in order. */
export type Seen = {
  readonly acks: unknown[];
  readonly told: { readonly to: string; readonly text: string; readonly blocks: unknown[]; readonly thread: string | null }[];
  readonly modals: { readonly callback_id?: string; readonly blocks: unknown[]; readonly private_metadata?: string }[];
  readonly updates: { readonly view_id: string; readonly hash?: string; readonly view: { readonly blocks: unknown[] } }[];
  readonly homes: string[];
  readonly poked: string[];
  readonly order: string[];
};

export type Scene = {
  readonly tools: Tools & { readonly ledger: SmallLedger; readonly logged: readonly string[] };
  readonly seen: Seen;
  readonly click: (name: Name | 'stranger', run: Run, pressed: { action: Action; item?: string; extra?: string; value?: string }) => Click;
  readonly slash: (name: Name | 'stranger', text: string) => Slash;
  readonly submission: (
    name: Name,
    run: Run,
    said: { callback: string; extra?: string; note?: string; moment?: Instant; line?: string },
  ) => Submission;
};

type Call = 'ephemeral' | 'message' | 'open' | 'update' | 'ack' | 'respond';

export type Weather = {
  readonly membership?: Membership;
  readonly lastKnown?: Membership;
  /** Slack methods that fail. */
  readonly failing?: readonly Call[];
  /** What they fail with, where it matters. */
  readonly failure?: Error;
  readonly team?: string;
  readonly people?: readonly Person[];
  /** Slack does not take the card. */
  readonly unseen?: boolean;
};

const TEAM = 'T0LOCALDEV';

/** A room with a ledger in it, and people who press and type. */
export function aScene(runs: readonly Run[], weather: Weather = {}): Scene {
  const { membership = 'member', lastKnown = 'unknown', failing = [], failure, team = TEAM, people = PEOPLE, unseen = false } = weather;
  const seen: Seen = { acks: [], told: [], modals: [], updates: [], homes: [], poked: [], order: [] };
  const ledger = aLedger(runs, evening('17:30'), people);
  const services = someServices(ledger, people);
  let presses = 0;
  const works = async (what: Call, effect: () => void) => {
    seen.order.push(what);
    if (failing.includes(what)) throw failure ?? new Error(`${what} failed`);
    effect();
  };
  const client: Client = {
    chat: {
      postEphemeral: ({ user, text, blocks, thread_ts }) =>
        works('ephemeral', () => void seen.told.push({ to: user, text, blocks, thread: thread_ts ?? null })),
      postMessage: ({ channel, text, blocks }) => works('message', () => void seen.told.push({ to: channel, text, blocks, thread: null })),
    },
    views: {
      open: async ({ view }) => {
        await works('open', () => void seen.modals.push(view));
        return { view: { id: `V${seen.modals.length}` } };
      },
      update: (given) => works('update', () => void seen.updates.push(given)),
    },
  };
  const visitor = (name: string) => ({ user: { id: idOf(name), team: TEAM }, channel: 'C0DEPLOYMENTS', thread: '1795.1', client });
  const ack = (reply?: unknown) => works('ack', () => void seen.acks.push(reply));
  return {
    seen,
    tools: {
      services,
      ledger,
      logged: services.logged,
      poke: (runId) => {
        seen.order.push('poke');
        seen.poked.push(runId);
      },
      shown: async () => !unseen,
      membership: async () => {
        seen.order.push('membership');
        return membership;
      },
      lastKnown: () => lastKnown,
      team: () => team,
      address: () => 'https://acme.slack.test/',
      homeOpened: async (user) => void seen.homes.push(user),
    },
    click: (name, run, { action, item = '', extra = '', value }) => ({
      ...visitor(name),
      ack: () => ack(),
      actionId: actionId(action, item),
      value: value ?? writeReference({ runId: run.id, version: run.version, extra }),
      triggerId: `trigger ${(presses += 1)}`,
      view: null,
    }),
    slash: (name, text) => ({
      ...visitor(name),
      thread: null,
      ack: (reply: Reply) => ack(reply),
      respond: (reply: Reply) =>
        works('respond', () => void seen.told.push({ to: idOf(name), text: reply.text, blocks: reply.blocks, thread: null })),
      command: '/migrate',
      text,
      triggerId: `trigger ${(presses += 1)}`,
    }),
    submission: (name, run, { callback, extra = '', note = '', moment = null, line = '' }) => ({
      ...visitor(name),
      channel: null,
      thread: null,
      ack: (response) => ack(response),
      callbackId: callback,
      metadata: writeReference({ runId: run.id, version: run.version, extra }),
      view: { id: 'V1', hash: `${(presses += 1)}.hash` },
      note,
      moment,
      line,
    }),
  };
}

function idOf(name: string): string {
  return PEOPLE.find((person) => person.name === name)?.id ?? 'U0STRANGER';
}
