import { App, LogLevel } from '@slack/bolt';
import type { ChatPostMessageArguments, ChatPostMessageResponse, WebClient } from '@slack/web-api';
import { startSlack } from '../../../playground/slack/server.ts';
import type { LocalSlack, SlackOptions } from '../../../playground/slack/server.ts';

export const botToken = 'xoxb-local-test';
export const appToken = 'xapp-local-test';

const people = [
  { id: 'U0MAYA', name: 'maya', real_name: 'Maya Chen', roles: ['requester'] },
  { id: 'U0SAM', name: 'sam', real_name: 'Sam Okafor', roles: ['approver'] },
  { id: 'U0OLD', name: 'oskar', real_name: 'Oskar Lind', roles: [], deleted: true },
] as const;

/** A workspace with #deployments (the app is in it) and #general (it is not). */
export function aSlack(options: Partial<SlackOptions> = {}): Promise<LocalSlack> {
  return startSlack({
    people,
    channels: ['deployments', 'general'],
    appIn: ['deployments'],
    botToken,
    appToken,
    commands: [{ command: '/migrate', description: 'Database migrations', usage_hint: 'plan | status' }],
    refreshEveryMs: 0,
    ...options,
  });
}

/** The unmodified Bolt, pointed at the local Slack; retries are off so that a refusal is seen at once. */
export async function aBolt(slack: LocalSlack, listen: (app: App) => void = () => undefined): Promise<App> {
  const clientOptions = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true };
  const app = new App({ token: botToken, appToken, socketMode: true, clientOptions, logLevel: LogLevel.ERROR, convoStore: false });
  listen(app);
  await app.start();
  return app;
}

export type Answer = { readonly status: number; readonly body: Record<string, unknown> };

/** chat.postMessage through the SDK; its name is also that of a browser function, which the linter takes it for. */
export function post(client: WebClient, message: ChatPostMessageArguments): Promise<ChatPostMessageResponse> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  return client.chat.postMessage(message);
}

/** The control API, as a script would use it. */
export async function control(slack: LocalSlack, path: string, given?: object): Promise<Answer> {
  const init = given ? { method: 'POST', body: JSON.stringify(given) } : {};
  const response = await fetch(`${slack.url}/_control/${path}`, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Why the control API refused, in words. */
export function sentencesOf({ body }: Answer): readonly string[] {
  const { messages } = body['response_metadata'] as { messages: readonly string[] };
  return messages.map((message) => message.replace(/^\[ERROR\] /, ''));
}

/** One Web API method, called without the SDK. */
export async function call(slack: LocalSlack, method: string, args: object, token: string = botToken): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(slack.apiUrl + method, { method: 'POST', headers, body: JSON.stringify(args) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export const plain = (text: string): { readonly type: 'plain_text'; readonly text: string } => ({ type: 'plain_text', text });

export function buttons(...actionIds: readonly string[]): {
  type: 'actions';
  elements: { type: 'button'; action_id: string; text: ReturnType<typeof plain>; value: string }[];
} {
  return { type: 'actions', elements: actionIds.map((id) => ({ type: 'button', action_id: id, text: plain(id), value: `${id}:v1` })) };
}
