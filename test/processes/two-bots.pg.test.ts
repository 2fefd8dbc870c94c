import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../playground/slack/server.ts';
import type { Run } from '../../src/domain/run.ts';
import { plan } from '../../src/usecases/plan.ts';
import { revisePlans } from '../../src/usecases/revise.ts';
import { actIn, APP_TOKEN, aWorkspace, BOT_TOKEN, lookAt } from '../slack/a-workspace.ts';
import { by } from '../support/plans.ts';
import { sql } from '../support/postgres.ts';
import { startSite, type Site } from '../support/site.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';
import { until } from '../support/until.ts';

const OFFPEAK = fileURLToPath(new URL('../../src/bin/offpeak.js', import.meta.url));

type Bot = { readonly child: ChildProcess; readonly lines: string[]; readonly ended: Promise<number | null> };
type Message = { readonly ts: string; readonly text: string };

let site: Site;
let slack: LocalSlack;
let bots: Bot[];

beforeEach(async () => {
  bots = [];
  [site, slack] = await Promise.all([startSite({ files: FILES, schema: SCHEMA }), aWorkspace()]);
});

afterEach(async () => {
  for (const { child } of bots) child.kill('SIGKILL');
  await Promise.all(bots.map(({ ended }) => ended));
  await slack.stop();
  await site.stop();
});

/** A bot as the supervisor starts it. */
function startBot(): Bot {
  const env = { ...process.env, ...site.env, SLACK_API_URL: slack.apiUrl, SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_APP_TOKEN: APP_TOKEN };
  const child = spawn(process.execPath, [OFFPEAK, 'bot'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const bot = { child, lines, ended: new Promise<number | null>((told) => child.once('exit', told)) };
  bots.push(bot);
  return bot;
}

async function planned(): Promise<Run> {
  const outcome = await plan(site.services, { target: 'production', actor: by('nora') });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
  return outcome.run;
}

const roots = async () => (await lookAt<{ messages: readonly Message[] }>(slack, 'messages?channel=deployments')).messages;
const says = (bot: Bot, words: string) => bot.lines.some((line) => line.includes(words));
const cardSays = (pattern: RegExp, what: string, deadlineMs = 10_000) =>
  until(async () => (await roots()).some(({ text }) => pattern.test(text)), { what, deadlineMs });

async function both(): Promise<readonly [publishing: Bot, standing: Bot]> {
  const [first, second] = [startBot(), startBot()];
  await until(() => slack.sockets() === 4, { what: 'four sockets', deadlineMs: 30_000 });
  await until(() => [first, second].some((bot) => says(bot, 'this bot publishes')), { what: 'one of them to publish' });
  return says(first, 'this bot publishes') ? [first, second] : [second, first];
}

describe('two bots by mistake', () => {
  it('T25 one publishes and both answer; when it is killed the other publishes within seconds, and nothing stands twice', async () => {
    const [publishing, standing] = await both();
    await until(() => says(standing, 'this one stands by'), { what: 'the other to stand by' });
    expect(says(standing, 'this bot publishes')).toBe(false);
    const run = await planned();
    await cardSays(/^Planned/, 'the card');
    for (let time = 0; time < 4; time += 1) {
      const typed = await actIn(slack, 'slash', { user: 'nora', channel: 'deployments', text: '/migrate status' });
      expect(typed, `answer ${time} of the two bots' four sockets`).toMatchObject({ ok: true, acknowledged: true });
    }
    publishing.child.kill('SIGKILL');
    await publishing.ended;
    await site.services.ledger.execute(run.id, { type: 'start_checklist' }, by('nora'));
    await cardSays(/^Checklist/, 'the other to publish', 5_000);
    expect(await roots()).toHaveLength(1);
    expect(says(standing, 'this bot publishes')).toBe(true);
  });

  it('T25 a plan whose files change is revised once, however many look at it at the same moment', async () => {
    await both();
    const run = await planned();
    await writeFile(join(site.migrations, '0001_effects.up.sql'), 'CREATE TABLE effects (what text NOT NULL, more text);\n');
    await Promise.all([revisePlans(site.services), revisePlans(site.services), revisePlans(site.services)]);
    const links = await site.services.ledger.history({ runId: run.id, limit: 100 });
    expect(links.filter(({ event }) => event.type === 'plan_revised')).toHaveLength(1);
  });

  it('T28 a bot that is told to stop ends within four seconds with exit code 0 and gives its seat up', async () => {
    const [publishing, standing] = await both();
    await planned();
    await cardSays(/^Planned/, 'the card');
    const begun = performance.now();
    publishing.child.kill('SIGTERM');
    expect(await publishing.ended).toBe(0);
    expect(performance.now() - begun).toBeLessThan(4_000);
    await until(() => says(standing, 'this bot publishes'), { what: 'the other to publish', deadlineMs: 5_000 });
    expect(
      await sql(site.ledger.url, `SELECT 1 FROM pg_stat_activity WHERE application_name = 'offpeak publisher ${publishing.child.pid}'`),
    ).toEqual([]);
  });
});
