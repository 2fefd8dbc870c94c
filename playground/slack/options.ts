/** A person of the local workspace; `id` looks like Slack's (`U…`), `name` is the handle without @. */
export type Person = {
  readonly id: string;
  readonly name: string;
  readonly real_name: string;
  readonly title?: string;
  /** Shown beside the name, so that whoever acts as this person knows what they may do; Slack itself knows no roles. */
  readonly roles: readonly string[];
  readonly email?: string;
  readonly deleted?: boolean;
  /** A guest of several channels, and one of a single channel. */
  readonly is_restricted?: boolean;
  readonly is_ultra_restricted?: boolean;
  /** From another workspace, through a shared channel. */
  readonly is_stranger?: boolean;
  /** Takes no direct messages from the app: posting there answers cannot_dm_bot. */
  readonly dm_blocked?: boolean;
};

/** A group of people, as a workspace on a paid plan has them. */
export type UserGroup = {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
  readonly disabled?: boolean;
};

/** The hands on the program's clock. Times are ISO 8601 with an offset or Z; a bad value is refused by throwing. */
export type ClockControl = {
  now(): Promise<string>;
  set(now: string): Promise<string>;
  advance(seconds: number): Promise<string>;
  readonly zone: string;
};

/** A slash command as manifest.yml declares it. */
export type DeclaredCommand = {
  readonly command: string;
  readonly description: string;
  readonly usage_hint: string;
  /** Names in the text arrive as ids (`<@U…|maya>`); our manifest says true, so that is the default here. */
  readonly should_escape?: boolean;
};

/** A shortcut as manifest.yml declares it: from the lightning menu, or from the menu of a message. */
export type DeclaredShortcut = {
  readonly type: 'global' | 'message';
  readonly callback_id: string;
  readonly name: string;
  readonly description: string;
};

/** Where the program listens in HTTP mode, and the secret it checks our signature with. */
export type HttpTarget = { readonly url: string; readonly signingSecret: string };

export type SlackOptions = {
  /** 0 or nothing = any free port. */
  readonly port?: number;
  readonly people: readonly Person[];
  /** Names without #. The first one is open when the page loads. */
  readonly channels: readonly string[];
  /** The only bot token that is accepted; every other one answers invalid_auth. */
  readonly botToken: string;
  readonly appToken: string;
  readonly commands: readonly DeclaredCommand[];
  readonly shortcuts?: readonly DeclaredShortcut[];
  /** HTTP mode: everything is POSTed there, signed, instead of going over sockets. */
  readonly http?: HttpTarget;
  readonly clock?: ClockControl;
  /** Whom the page acts as at first: id or name; the first person otherwise. */
  readonly viewer?: string;
  /** How often each socket is told to reconnect, in ms; 0 = never. Slack does it about hourly, we every ten minutes. */
  readonly refreshEveryMs?: number;
  /** Slack's limits per method; false only where a test would drown in them. */
  readonly rateLimits?: boolean;
  /** Bot scopes of the manifest; a method outside them answers missing_scope. Nothing = everything is granted. */
  readonly scopes?: readonly string[];
  /** The manifest's bot_events; others are not delivered. Nothing = app_home_opened. */
  readonly events?: readonly string[];
  /** Channels the app was already invited to. Everywhere else it is not_in_channel until conversations.join. */
  readonly appIn?: readonly string[];
  readonly app?: { readonly name: string; readonly display_name: string };
  /** Nothing = a workspace on the free plan, which has no user groups: plan_upgrade_required. */
  readonly usergroups?: readonly UserGroup[];
  /** How a trigger id that is too old is refused; Slack has answered both. `expired_trigger_id` unless told. */
  readonly expiredTriggerAs?: 'expired_trigger_id' | 'invalid_arguments';
  /** The manifest's home_tab_enabled and messages_tab_enabled; both on unless told. */
  readonly homeTab?: boolean;
  readonly messagesTab?: boolean;
  /** JSON of numbers (p95_ms, error_rate, connections, lock_waits), polled by us and drawn on the page. */
  readonly metricsUrl?: string;
  /** The program's absolute limits for them, by the same names: a line in each chart. A run may be judged by a lower one, from its baseline. */
  readonly metricsLimits?: Readonly<Record<string, number>>;
  /** For tests: the stopwatch behind trigger ids, response_urls and rate limits, in ms. */
  readonly elapsedMs?: () => number;
  /** For tests: how long an acknowledgement may take, in ms. Slack gives 3,000. */
  readonly ackWithinMs?: number;
  /** For tests: waits before each delivery of an event, in ms. Slack: at once, again at once, after 1 min, after 5 min. */
  readonly eventDelaysMs?: readonly number[];
  /** One line per call or delivery; tokens never appear in it. */
  readonly log?: (line: string) => void;
};
