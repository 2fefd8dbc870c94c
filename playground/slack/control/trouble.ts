import { Hono } from 'hono';
import { readFault } from '../faults.ts';
import { appUninstalled, tokensRevoked } from '../happenings.ts';
import { clickWording, outcomeOf } from '../interactions/outcome.ts';
import { textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Slack } from '../slack.ts';
import { disconnectReasons } from '../sockets.ts';
import { isMethod } from '../web-api.ts';
import { invalid, taking } from './answer.ts';

/** The words with which Slack refuses a token that was good once. */
const tokenErrors = ['token_revoked', 'account_inactive', 'token_expired', 'invalid_auth'] as const;

/** The hostile half: calls that go wrong, sockets that break, an outage, tokens that are revoked, deliveries that come twice. */
export function troubleRoutes(slack: Slack): Hono {
  const routes = new Hono();
  routes.post(
    '/fault',
    taking((c, given) => {
      const wish = readFault(given, isMethod);
      if ('problems' in wish) return invalid(c, wish.problems);
      if ('clear' in wish) return c.json({ ok: true, cleared: slack.faults.clear(wish.clear), faults: slack.faults.list() });
      return c.json({ ok: true, fault: slack.faults.add(wish.fault), faults: slack.faults.list() });
    }),
  );
  routes.get('/faults', (c) => c.json({ faults: slack.faults.list() }));
  routes.post(
    '/socket',
    taking((c, given) => {
      const wish = socketWish(given);
      if ('problems' in wish) return invalid(c, wish.problems);
      return c.json({ ok: true, sockets: wish.act(slack), open: slack.sockets.open() });
    }),
  );
  routes.post(
    '/outage',
    taking((c, { on }) => {
      if (typeof on !== 'boolean') return invalid(c, ['on must be true or false']);
      slack.outage.turn(on);
      return c.json({ ok: true, outage: on });
    }),
  );
  routes.post(
    '/revoke',
    taking((c, given) => {
      const problems = revoke(slack, given);
      return problems.length > 0 ? invalid(c, problems) : c.json({ ok: true });
    }),
  );
  routes.post(
    '/redeliver',
    taking(async (c, given) => {
      const id = textOf(given['envelope_id']) || textOf(given['event_id']);
      const delivered = await slack.deliveries.again(id);
      if (!delivered) return invalid(c, [`There is no delivery ${JSON.stringify(id)}; give the envelope_id or event_id of one.`], 404);
      return c.json(outcomeOf(delivered, clickWording));
    }),
  );
  return routes;
}

type SocketWish = { readonly act: (slack: Slack) => number } | { readonly problems: readonly string[] };

/** Reads `{drop: true}`, `{refresh: true, reason, linger}`, `{freeze: true | false}` or `{action}`, each with `atMost`. */
function socketWish(given: Json): SocketWish {
  const { atMost, reason = 'refresh_requested', linger = false } = given;
  const named = ['drop', 'refresh', 'freeze'].filter((name) => given[name] !== undefined || given['action'] === name);
  const problems: string[] = [];
  if (named.length !== 1) problems.push('give exactly one of drop, refresh and freeze');
  const isCount = typeof atMost === 'number' && Number.isInteger(atMost) && atMost > 0;
  if (atMost !== undefined && !isCount) problems.push('atMost must be a whole number from 1');
  const known = disconnectReasons.find((candidate) => candidate === reason);
  if (!known) problems.push(`reason must be one of ${disconnectReasons.join(', ')}`);
  if (typeof linger !== 'boolean') problems.push('linger must be true or false');
  const [name = ''] = named;
  const on = given[name] ?? true;
  if (typeof on !== 'boolean' || (!on && name !== 'freeze')) problems.push(`${name} must be true${name === 'freeze' ? ' or false' : ''}`);
  if (problems.length > 0 || !known) return { problems };
  const most = isCount ? atMost : undefined;
  if (name === 'drop') return { act: ({ sockets }) => sockets.drop(most) };
  if (name === 'freeze') return { act: ({ sockets }) => sockets.freeze(on === true, most) };
  return { act: ({ sockets }) => sockets.disconnect(known, most, linger === true) };
}

/** `{token: "bot" | "app", on, error?, uninstalled?}`. A bot token that goes is an event, too; so is the app's removal. */
function revoke(slack: Slack, given: Json): string[] {
  const { token, on, uninstalled = false } = given;
  const word = given['error'] ?? (uninstalled === true ? 'account_inactive' : 'token_revoked');
  const error = tokenErrors.find((known) => known === word);
  const kind = token === 'bot' || token === 'app' ? token : undefined;
  const problems = [
    ...(kind ? [] : ['token must be bot or app']),
    ...(typeof on === 'boolean' ? [] : ['on must be true or false']),
    ...(error ? [] : [`error must be one of ${tokenErrors.join(', ')}`]),
    ...(typeof uninstalled === 'boolean' ? [] : ['uninstalled must be true or false']),
  ];
  if (problems.length > 0 || !kind || !error) return problems;
  if (on === false) {
    slack.tokens.restore(kind);
    return [];
  }
  slack.tokens.spoil(kind, error);
  if (kind === 'bot') void slack.events.happened(tokensRevoked());
  if (uninstalled === true) void slack.events.happened(appUninstalled());
  return [];
}
