import type { Json } from '../json.ts';
import type { Tier } from '../rate-limits.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';

/** One Web API method: how often it may be called, with which token and scope, and what it answers. */
export type Method = {
  readonly tier: Tier;
  /** `bot` unless told. */
  readonly token?: 'bot' | 'app' | 'none';
  readonly scope?: string;
  /** Arguments without which Slack does not even look: invalid_arguments. */
  readonly needs?: readonly string[];
  readonly answer: (slack: Slack, args: Json) => Answer;
};

export type Methods = Readonly<Record<string, Method>>;

/** invalid_arguments with every required argument that is not there; undefined when all are. */
export function missingArguments({ needs = [] }: Method, args: Json): Answer | undefined {
  const missing = needs.filter((name) => args[name] === undefined || args[name] === '');
  return missing.length === 0
    ? undefined
    : refuse(
        'invalid_arguments',
        missing.map((name) => `missing required field: ${name}`),
      );
}

/** Whether the manifest grants the scope; without a manifest everything is granted. */
export function grants({ options }: Slack, scope: string): boolean {
  return options.scopes === undefined || options.scopes.includes(scope);
}

/** missing_scope when none of the scopes is granted; any of them would do. */
export function lacking(slack: Slack, ...scopes: readonly [string, ...string[]]): Answer | undefined {
  if (scopes.some((scope) => grants(slack, scope))) return undefined;
  return { ok: false, error: 'missing_scope', needed: scopes.join(','), provided: (slack.options.scopes ?? []).join(',') };
}
