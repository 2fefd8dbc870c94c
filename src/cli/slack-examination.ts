import { LogLevel, WebClient } from '@slack/web-api';
import type { Examination, Examined } from './doctor.ts';

/** What is needed to look at Slack; the tokens are used and never shown. `channel` without its #. */
export type SlackAccess = { readonly apiUrl: string; readonly botToken: string; readonly channel: string };

/** Whether Slack takes the bot token, and the bot may write in the channel. */
export function slackExamination({ apiUrl, botToken, channel }: SlackAccess): Examination {
  const client = new WebClient(botToken, {
    slackApiUrl: apiUrl,
    timeout: 5000,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  });
  const look = async (): Promise<Examined> => {
    try {
      const me = await client.auth.test();
      const found = await channelNamed(client, channel);
      const who = `@${me.user ?? 'unknown'} in ${me.team ?? 'unknown'}`;
      if (found === null)
        return {
          ok: false,
          detail: `${who}; there is no channel #${channel} that it can see`,
          fix: `Create #${channel}, or correct slack.channel.`,
        };
      if (found.is_member !== true)
        return { ok: false, detail: `${who}, not in #${channel}`, fix: `In Slack, write in #${channel}: /invite @${me.user ?? 'offpeak'}` };
      return { ok: true, detail: `${who}, member of #${channel}` };
    } catch (error) {
      const said = (error as { data?: { error?: string } }).data?.error;
      if (said === undefined)
        return {
          ok: 'unknown',
          detail: 'Slack cannot be reached',
          fix: `Check the network to ${new URL(apiUrl).host}. Every verb works at the terminal meanwhile.`,
        };
      return { ok: false, detail: `Slack says ${said}`, fix: 'Check SLACK_BOT_TOKEN and the scopes of the app (manifest.yml).' };
    }
  };
  return { name: 'Slack', look };
}

async function channelNamed(client: WebClient, name: string) {
  const listing = { exclude_archived: true, limit: 1000, types: 'public_channel,private_channel' } as const;
  for (let cursor = ''; ;) {
    const page = await client.conversations.list({ ...listing, ...(cursor === '' ? {} : { cursor }) });
    const found = page.channels?.find((channel) => channel.name === name);
    if (found !== undefined) return found;
    cursor = page.response_metadata?.next_cursor ?? '';
    if (cursor === '') return null;
  }
}
