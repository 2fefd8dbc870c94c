import type { KnownBlock, ModalView, HomeView } from '@slack/types';
import type { Services } from '../src/ports.ts';

/** What kind of account somebody has in the workspace; `unknown` when Slack did not say. */
export type Membership = 'member' | 'guest' | 'bot' | 'deleted' | 'stranger' | 'unknown';

/** What every listener is given. */
export type Tools = {
  readonly services: Services;
  /** Draws the run's messages anew, at once. */
  readonly poke: (runId: string) => void;
  readonly membership: (userId: string) => Promise<Membership>;
  /** Our workspace; null until Slack has said which. */
  readonly team: () => string | null;
};

/** The Web API methods that listeners use. */
export type Client = {
  readonly chat: {
    postEphemeral(args: { channel: string; user: string; text: string; blocks: KnownBlock[]; thread_ts?: string }): Promise<unknown>;
    postMessage(args: { channel: string; text: string; blocks: KnownBlock[]; unfurl_links: false; unfurl_media: false }): Promise<unknown>;
  };
  readonly views: {
    open(args: { trigger_id: string; view: ModalView }): Promise<unknown>;
    publish(args: { user_id: string; view: HomeView }): Promise<unknown>;
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
};

/** An ephemeral answer of a slash command. */
export type Reply = { readonly response_type: 'ephemeral'; readonly text: string; readonly blocks: KnownBlock[] };

/** `/migrate …` as it was typed. */
export type Slash = Visitor & {
  readonly ack: (reply: Reply) => Promise<void>;
  readonly respond: (reply: Reply) => Promise<unknown>;
  readonly command: string;
  readonly text: string;
};

/** A submitted modal. */
export type Submission = Visitor & {
  readonly ack: (response?: { response_action: 'errors'; errors: Record<string, string> }) => Promise<void>;
  readonly callbackId: string;
  readonly metadata: string;
  /** What was typed. */
  readonly note: string;
};

/** Somebody opened the app's Home tab. */
export type HomeOpened = { readonly user: string; readonly client: Client };

export type ClickListener = (tools: Tools, click: Click) => Promise<void>;
export type SubmissionListener = (tools: Tools, submission: Submission) => Promise<void>;
