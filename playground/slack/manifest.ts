import { parse } from 'yaml';
import { z } from 'zod';
import type { SlackOptions } from './options.ts';

/** What an app's manifest says about the workspace it is installed in. */
export type Installed = Required<Pick<SlackOptions, 'commands' | 'shortcuts' | 'scopes' | 'events' | 'app' | 'homeTab' | 'messagesTab'>> & {
  readonly socketMode: boolean;
};

const text = (max: number): z.ZodString => z.string().min(1).max(max);

/** The limits are those of Slack's own manifest schema; what a workspace does not need to know is let through unread. */
const manifestSchema = z.object({
  display_information: z.object({ name: text(35), description: text(140).optional(), long_description: z.string().max(4000).optional() }),
  features: z
    .object({
      app_home: z.object({ home_tab_enabled: z.boolean().default(false), messages_tab_enabled: z.boolean().default(true) }).prefault({}),
      bot_user: z.object({ display_name: text(80) }).optional(),
      slash_commands: z
        .array(
          z.strictObject({
            command: z.string().regex(/^\/\S{1,31}$/, 'must be a slash and 1 to 31 characters without a space'),
            description: text(2000),
            usage_hint: z.string().max(1000).default(''),
            should_escape: z.boolean().default(false),
            url: z.string().optional(),
          }),
        )
        .max(50)
        .default([]),
      shortcuts: z
        .array(z.strictObject({ type: z.enum(['global', 'message']), name: text(24), callback_id: text(255), description: text(150) }))
        .max(10)
        .default([]),
    })
    .prefault({}),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(text(255)).default([]) }).prefault({}) }).prefault({}),
  settings: z
    .object({
      socket_mode_enabled: z.boolean().default(false),
      event_subscriptions: z.object({ bot_events: z.array(text(255)).max(100).default([]) }).prefault({}),
    })
    .prefault({}),
});

/**
 * Reads an app manifest, YAML or JSON. Out: what to install, or every mistake as `key: what is wrong with it`; a text that
 * cannot be read at all is one mistake, with the line.
 */
export function readManifest(source: string): { readonly installed: Installed } | { readonly mistakes: readonly string[] } {
  let given: unknown;
  try {
    given = parse(source);
  } catch (error) {
    return { mistakes: [error instanceof Error ? error.message : String(error)] };
  }
  const read = manifestSchema.safeParse(given);
  if (!read.success) return { mistakes: read.error.issues.map(({ path, message }) => `${keyOf(path)}: ${inWords(message)}`) };
  const { display_information: shown, features, oauth_config, settings } = read.data;
  return {
    installed: {
      app: { name: shown.name, display_name: features.bot_user?.display_name ?? shown.name },
      commands: features.slash_commands,
      shortcuts: features.shortcuts,
      scopes: oauth_config.scopes.bot,
      events: settings.event_subscriptions.bot_events,
      homeTab: features.app_home.home_tab_enabled,
      messagesTab: features.app_home.messages_tab_enabled,
      socketMode: settings.socket_mode_enabled,
    },
  };
}

/** A key that is not there is missing, whatever it should have been. */
function inWords(message: string): string {
  const [, expected] = /^Invalid input: expected (\w+), received undefined$/.exec(message) ?? [];
  return expected === undefined ? message : `is missing (${expected})`;
}

function keyOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the manifest';
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .slice(1);
}
