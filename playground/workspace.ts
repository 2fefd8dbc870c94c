import { readFile } from 'node:fs/promises';
import { CHANNEL, NEWCOMER, PEOPLE } from './people.ts';
import { APP_TOKEN, BOT_TOKEN } from './settings.ts';
import { readManifest } from './slack/manifest.ts';
import type { SlackOptions } from './slack/options.ts';

/** Acme's workspace with our app installed from its manifest: the same commands, scopes and events as in Slack. */
export async function workspace(): Promise<SlackOptions> {
  const read = readManifest(await readFile(new URL('../manifest.yml', import.meta.url), 'utf8'));
  if ('mistakes' in read) throw new Error(`manifest.yml is not a manifest Slack would take:\n${read.mistakes.join('\n')}`);
  return {
    ...read.installed,
    people: PEOPLE,
    channels: [CHANNEL, 'general', 'database-emergency'],
    appIn: [CHANNEL],
    botToken: BOT_TOKEN,
    appToken: APP_TOKEN,
    viewer: NEWCOMER,
  };
}
