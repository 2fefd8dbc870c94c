import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../../playground/slack/manifest.ts';
import { until } from '../../support/until.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const alone = join(root, 'playground/slack-alone.ts');
const manifest = {
  display_information: { name: 'Sample' },
  features: {
    bot_user: { display_name: 'Sample' },
    slash_commands: [{ command: '/migrate', description: 'Says what you typed' }],
  },
  oauth_config: { scopes: { bot: ['commands', 'chat:write'] } },
  settings: { socket_mode_enabled: true },
};

type Running = { readonly child: ChildProcess; readonly out: () => string; readonly err: () => string };

let folder = '';
let running: Running[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slack-alone-'));
  running = [];
});
afterEach(async () => {
  for (const { child } of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [...args], { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => (said.out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said.err += data.toString()));
  const started = { child, out: () => said.out, err: () => said.err };
  running.push(started);
  return started;
}

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

/** `SLACK_API_URL=… SLACK_BOT_TOKEN=…` of the line that says how to start an app. */
function environmentIn(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/(SLACK_\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]));
}

async function ends(started: Running): Promise<{ code: number | null; err: string }> {
  if (started.child.exitCode === null) await once(started.child, 'exit');
  return { code: started.child.exitCode, err: started.err() };
}

describe('npm run slack', () => {
  it("lets the README's app answer a command of any manifest, and ends on a signal", async () => {
    const slack = run([
      alone,
      '--port',
      '0',
      '--manifest',
      await file('manifest.json', JSON.stringify(manifest)),
      '--people',
      'ada:admin,ben',
    ]);
    await until(() => slack.out().includes('/migrate'), { what: `the local Slack: ${slack.err()}` });
    const url = /^Open\s+(\S+)/m.exec(slack.out())?.[1] ?? '';
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const example = /```js\n([\s\S]*?)```/.exec(readme.slice(readme.indexOf('## A local Slack for any Bolt app')))?.[1] ?? '';
    const app = run(['--input-type=module', '--eval', example], environmentIn(slack.out()));
    const typed = { user: 'ada', channel: 'general', text: '/migrate plan' };
    const answered = async (): Promise<boolean> => {
      const response = await fetch(`${url}/_control/slash`, { method: 'POST', body: JSON.stringify(typed) });
      return ((await response.json()) as { acknowledged: boolean }).acknowledged;
    };
    await until(answered, { what: `the app: ${app.err()}` });
    const seen = (await (await fetch(`${url}/_control/ephemerals?user=ada`)).json()) as { ephemerals: { text: string }[] };
    expect(seen.ephemerals.at(-1)?.text).toBe('You typed plan.');
    const people = (await (await fetch(`${url}/_control/people`)).json()) as { people: { name: string; roles: string[] }[] };
    expect(people.people.map(({ name, roles }) => [name, roles])).toEqual([
      ['ada', ['admin']],
      ['ben', []],
    ]);
    slack.child.kill('SIGTERM');
    expect((await ends(slack)).code).toBe(0);
  });

  it('names the key of every mistake in a manifest and ends with 2', async () => {
    const wrong = 'features:\n  slash_commands:\n    - command: migrate\n      desc: x\n';
    const { code, err } = await ends(run([alone, '--manifest', await file('manifest.yml', wrong)]));
    expect(code).toBe(2);
    expect(err.trim().split('\n').slice(1)).toEqual([
      '  display_information: is missing (object)',
      '  features.slash_commands[0].command: must be a slash and 1 to 31 characters without a space',
      '  features.slash_commands[0].description: is missing (string)',
      '  features.slash_commands[0]: Unrecognized key: "desc"',
    ]);
  });

  it.each([
    ['a manifest that is not there', ['--manifest', 'no-such.yml'], 'The manifest cannot be read: ENOENT'],
    ['a port that is none', ['--port', 'eighty'], '--port: eighty is no port; give 0 to 65535.'],
    ['a person that is none', ['--people', 'Ada Lovelace'], '--people: "Ada Lovelace" is not name or name:role'],
    ['two people of one name', ['--people', 'ada,ada:admin'], 'names something twice'],
    ['an option that is none', ['--manifests', 'x'], "Unknown option '--manifests'"],
  ])('refuses %s with 2 and a sentence', async (_, args, sentence) => {
    const { code, err } = await ends(run([alone, ...args]));
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });
});

describe('a manifest', () => {
  it("is read as Slack's defaults have it: no scope, no event, no Home tab unless it says so", () => {
    const read = readManifest('display_information:\n  name: Bare\n');
    expect(read).toEqual({
      installed: {
        app: { name: 'Bare', display_name: 'Bare' },
        commands: [],
        shortcuts: [],
        scopes: [],
        events: [],
        homeTab: false,
        messagesTab: true,
        socketMode: false,
      },
    });
  });

  it('that cannot be read at all says where', () => {
    const read = readManifest('features: [1\nsettings: {}');
    expect('mistakes' in read && read.mistakes[0]).toMatch(/line 2, column 1/);
  });

  it.each([
    ['a name of 36', { display_information: { name: 'x'.repeat(36) } }, 'display_information.name'],
    [
      '51 commands',
      { features: { slash_commands: Array.from({ length: 51 }, (_, n) => ({ command: `/c${n}`, description: 'd' })) } },
      'features.slash_commands',
    ],
    [
      'a shortcut of no kind',
      { features: { shortcuts: [{ type: 'any', name: 'n', callback_id: 'c', description: 'd' }] } },
      'features.shortcuts[0].type',
    ],
    ['scopes that are no list', { oauth_config: { scopes: { bot: 'chat:write' } } }, 'oauth_config.scopes.bot'],
  ])('is refused with %s', (_, change, key) => {
    const read = readManifest(JSON.stringify({ ...manifest, ...change }));
    expect('mistakes' in read && read.mistakes[0]).toMatch(`${key}: `);
  });
});
