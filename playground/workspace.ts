import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { CHANNEL, NEWCOMER, PEOPLE } from './people.ts';
import { APP_TOKEN, BOT_TOKEN } from './settings.ts';
import type { DeclaredCommand, SlackOptions } from './slack/options.ts';

/** What manifest.yml says that a workspace needs to know. */
type Manifest = {
  readonly display_information: { readonly name: string };
  readonly features: { readonly bot_user: { readonly display_name: string }; readonly slash_commands: readonly DeclaredCommand[] };
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } };
};

/** Acme's workspace with our app installed from its manifest: the same commands and scopes as in Slack. */
export async function workspace(): Promise<SlackOptions> {
  const manifest = parse(await readFile(new URL('../manifest.yml', import.meta.url), 'utf8')) as Manifest;
  return {
    people: PEOPLE,
    channels: [CHANNEL, 'general', 'database-emergency'],
    botToken: BOT_TOKEN,
    appToken: APP_TOKEN,
    commands: manifest.features.slash_commands,
    scopes: manifest.oauth_config.scopes.bot,
    app: { name: manifest.display_information.name, display_name: manifest.features.bot_user.display_name },
    viewer: NEWCOMER,
  };
}
