import 'temporal-polyfill/global';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { lastingId } from './slack/identifiers.ts';
import { readManifest } from './slack/manifest.ts';
import type { Installed } from './slack/manifest.ts';
import type { Person } from './slack/options.ts';
import { startSlack } from './slack/server.ts';

const USAGE = `npm run slack -- [options]        the local Slack alone, for any Bolt app

  --manifest <file>      the app's manifest, YAML or JSON (./manifest.yml)
  --port <number>        of the page and the Web API, 0 for any (4800)
  --people <list>        name:role,name:role,… ; a role is only shown, several are joined by + (ada:admin,ben,cleo)
  --channels <list>      name,name,… ; the app is in the first one (general,random)
  --http <url>           deliver signed requests to this address instead of over Socket Mode
  --verbose              one line for every call and delivery
`;

const TOKENS = { bot: 'xoxb-local', app: 'xapp-local', signingSecret: 'local-signing-secret' };

/** Says what is wrong and ends: 2 is bad usage. */
function refuse(...lines: readonly string[]): never {
  for (const line of lines) console.error(line);
  process.exit(2);
}

function asked(): ReturnType<typeof optionsIn> {
  try {
    return optionsIn();
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), '', USAGE);
  }
}

function optionsIn() {
  const { values } = parseArgs({
    options: {
      manifest: { type: 'string', default: './manifest.yml' },
      port: { type: 'string', default: '4800' },
      people: { type: 'string', default: 'ada:admin,ben,cleo' },
      channels: { type: 'string', default: 'general,random' },
      http: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

function installedFrom(file: string): Installed {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (error) {
    return refuse(`The manifest cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const read = readManifest(source);
  return 'installed' in read
    ? read.installed
    : refuse(`${file} is not a manifest Slack would take:`, ...read.mistakes.map((mistake) => `  ${mistake}`));
}

/** `ada:admin+on_call,ben` → two people; ids stay the same from one start to the next. */
function peopleFrom(list: string): Person[] {
  return namesIn(list).map((entry) => {
    const [name = '', roles = '', ...rest] = entry.split(':');
    if (!/^[a-z0-9._-]{1,80}$/.test(name) || rest.length > 0)
      refuse(`--people: "${entry}" is not name or name:role; a name is of a-z, 0-9, . _ and -`);
    const real_name = name.charAt(0).toUpperCase() + name.slice(1);
    return {
      id: lastingId('U', name),
      name,
      real_name,
      email: `${name}@example.com`,
      roles: roles.split('+').filter((role) => role !== ''),
    };
  });
}

function channelsFrom(list: string): string[] {
  const names = namesIn(list);
  const wrong = names.find((name) => !/^[a-z0-9_-]{1,80}$/.test(name));
  return wrong === undefined ? names : refuse(`--channels: "${wrong}" is not a channel name: a-z, 0-9, - and _`);
}

function namesIn(list: string): string[] {
  const names = list.split(',').map((name) => name.trim());
  if (names.includes('') || new Set(names.map((name) => name.split(':')[0])).size < names.length)
    refuse(`"${list}" names something twice, or nothing`);
  return names;
}

const values = asked();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) refuse(`--port: ${values.port} is no port; give 0 to 65535.`);
if (values.http !== undefined && !URL.canParse(values.http)) refuse(`--http: ${values.http} is no address.`);
const { socketMode, ...installed } = installedFrom(values.manifest);
const channels = channelsFrom(values.channels);
const people = peopleFrom(values.people);
const slack = await startSlack({
  ...installed,
  port,
  people,
  channels,
  appIn: channels.slice(0, 1),
  botToken: TOKENS.bot,
  appToken: TOKENS.app,
  ...(values.http === undefined ? {} : { http: { url: values.http, signingSecret: TOKENS.signingSecret } }),
  ...(values.verbose ? { log: (line: string) => console.error(line) } : {}),
}).catch((error: unknown) => {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  return refuse(taken ? `Port ${port} is taken. Choose another: npm run slack -- --port 0` : String(error));
});

const secrets = values.http === undefined ? `SLACK_APP_TOKEN=${TOKENS.app}` : `SLACK_SIGNING_SECRET=${TOKENS.signingSecret}`;
console.log(`Open  ${slack.url}`);
console.log(`Run   SLACK_API_URL=${slack.apiUrl} SLACK_BOT_TOKEN=${TOKENS.bot} ${secrets} node your-app.js`);
const commands = installed.commands.map(({ command }) => command).join(' ') || 'no slash commands';
console.log(`      ${installed.app.display_name} is in #${channels[0]}: ${commands}. Ctrl-C ends everything; nothing is kept.`);
if (values.http === undefined && !socketMode)
  console.log('      The manifest has socket_mode_enabled off: in Slack this app would need --http.');

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
// A signal to npm ends the shell between npm and us, and tells us nothing: then our parent is another.
const parent = process.ppid;
const watching = setInterval(() => process.ppid !== parent && stopping.abort(), 500);
await new Promise((resolve) => {
  stopping.signal.addEventListener('abort', resolve, { once: true });
});
clearInterval(watching);
await slack.stop();
process.exit(0);
