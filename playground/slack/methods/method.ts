import type { Json } from '../json.ts';
import type { Tier } from '../rate-limits.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';

/** One Web API method: how often it may be called, with which token and scope, and what it answers. */
export type Method = {
  readonly tier: Tier;
  /** `bot` unless told. */
  readonly token?: 'bot' | 'app' | 'none';
  readonly scope?: string;
  readonly answer: (slack: Slack, args: Json) => Answer;
};

export type Methods = Readonly<Record<string, Method>>;
