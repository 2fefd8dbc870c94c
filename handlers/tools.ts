import type { KnownBlock, ModalView } from '@slack/types';
import type { Instant } from '../src/domain/instant.ts';
import type { Services } from '../src/ports.ts';

/** What kind of account somebody has in the workspace; `unknown` when Slack did not say. */
export type Membership = 'member' | 'guest' | 'bot' | 'deleted' | 'stranger' | 'unknown';

/** What every listener is given. */
export type Tools = {
  readonly services: Services;
  /** Draws the run's messages anew, at once. */
  readonly poke: (runId: string) => void;
  /** Whether the run's card shows this version of it within a second. Never rejects. */
  readonly shown: (runId: string, version: number) => Promise<boolean>;
  readonly membership: (userId: string) => Promise<Membership>;
  /** What Slack said last about somebody, without asking; `unknown` before it has said anything. */
  readonly lastKnown: (userId: string) => Membership;
  /** Our workspace; null until Slack has said which. */
  readonly team: () => string | null;
  /** The address of our workspace; null until Slack has said it. */
  readonly address: () => string | null;
  /** Somebody opened the Home tab: draws it now, and keeps it current for a day. Never rejects. */
  readonly homeOpened: (userId: string) => Promise<void>;
};

/** The Web API methods that listeners use. */
export type Client = {
  readonly chat: {
    postEphemeral(args: { channel: string; user: string; text: string; blocks: KnownBlock[]; thread_ts?: string }): Promise<unknown>;
    postMessage(args: { channel: string; text: string; blocks: KnownBlock[]; unfurl_links: false; unfurl_media: false }): Promise<unknown>;
  };
  readonly views: {
    open(args: { trigger_id: string; view: ModalView }): Promise<{ readonly view?: { readonly id?: string } }>;
    /** With a hash only while nobody changed the window since. */
    update(args: { view_id: string; hash?: string; view: ModalView }): Promise<unknown>;
  };
};

/** Who did something in Slack, and where an answer to them alone can stand. */
export type Visitor = {
  readonly user: { readonly id: string; readonly team: string | null };
  readonly channel: string | null;
  readonly thread: string | null;
  readonly client: Client;
};

/** A pressed button. */
export type Click = Visitor & {
  readonly ack: () => Promise<void>;
  readonly actionId: string;
  readonly value: string;
  readonly triggerId: string;
  /** The window in which it was pressed; null for a message. */
  readonly view: { readonly id: string; readonly hash: string; readonly metadata: string } | null;
};

/** An ephemeral answer of a slash command. */
export type Reply = { readonly response_type: 'ephemeral'; readonly text: string; readonly blocks: KnownBlock[] };

/** `/migrate …` as it was typed. */
export type Slash = Visitor & {
  readonly ack: (reply: Reply) => Promise<void>;
  readonly respond: (reply: Reply) => Promise<unknown>;
  readonly command: string;
  readonly text: string;
  readonly triggerId: string;
};

/** A submitted modal. */
export type Submission = Visitor & {
  readonly ack: (response?: Refused) => Promise<void>;
  readonly callbackId: string;
  readonly metadata: string;
  readonly view: { readonly id: string; readonly hash: string };
  /** What was typed. */
  readonly note: string;
  /** The moment that was chosen; null where the window asks for none. */
  readonly moment: Instant | null;
  /** The chosen line; empty where the window has none. */
  readonly line: string;
};

/** How a window says that what was submitted is refused: under a line of it, or with other content. */
export type Refused =
  | { readonly response_action: 'errors'; readonly errors: Record<string, string> }
  | { readonly response_action: 'update'; readonly view: ModalView };

export type SlashListener = (tools: Tools, slash: Slash) => Promise<void>;
export type ClickListener = (tools: Tools, click: Click) => Promise<void>;
export type SubmissionListener = (tools: Tools, submission: Submission) => Promise<void>;
