import { startSlack, type LocalSlack, type SlackOptions } from '../../playground/slack/server.ts';
import { PEOPLE } from '../support/runs.ts';

export const BOT_TOKEN = 'xoxb-local-bot';
export const APP_TOKEN = 'xapp-local-app';

/** The local Slack with the people of the stories in it. */
export function aWorkspace(options: Partial<SlackOptions> = {}): Promise<LocalSlack> {
  return startSlack({
    people: PEOPLE.map(({ id, name, roles }) => ({ id, name, real_name: name, roles })),
    channels: ['deployments'],
    botToken: BOT_TOKEN,
    appToken: APP_TOKEN,
    commands: [{ command: '/migrate', description: 'd', usage_hint: 'u' }],
    refreshEveryMs: 0,
    rateLimits: false,
    ...options,
  });
}

/** What the control API answers to an act of a person. */
export type Acted = {
  readonly ok: boolean;
  readonly acknowledged: boolean;
  readonly ack: unknown;
  readonly ms: number;
  readonly error?: string;
};

export async function actIn(slack: LocalSlack, what: string, given: object): Promise<Acted> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${slack.url}/_control/${what}`, { method: 'POST', headers, body: JSON.stringify(given) });
  return (await answer.json()) as Acted;
}

export async function lookAt<T>(slack: LocalSlack, what: string): Promise<T> {
  return (await (await fetch(`${slack.url}/_control/${what}`)).json()) as T;
}
