import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmLine, startNow, startPlayground, textOf, type Message, type Playground } from '../support/playground.ts';
import { sql } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const ANSWERED = { ok: true, acknowledged: true };
/** Some seconds of work after the heavy lock, so that the outage begins while there is something left to begin. */
const LAST = {
  up: `ALTER TABLE leads ADD COLUMN source_key text;
-- offpeak: backfill table=leads key=id
UPDATE leads SET source_key = lower(source) WHERE source_key IS NULL;
`,
  down: 'ALTER TABLE leads DROP COLUMN source_key;\n',
};

let play: Playground;

const ledger = <Row extends object>(query: string) => sql<Row>(play.world.places.ledger, query);
const first = async (query: string) => Object.values((await ledger<Record<string, unknown>>(query))[0] ?? {})[0];
const tally = (which: string) => first(`SELECT count(*)::int FROM offpeak.event WHERE ${which}`);
const state = () => first('SELECT state FROM offpeak.run ORDER BY number DESC LIMIT 1');
/** The process id of the bot that holds the publisher's seat. */
const publishing = () =>
  first(`SELECT split_part(application_name, ' ', 3)::int FROM pg_locks JOIN pg_stat_activity USING (pid)
         WHERE locktype = 'advisory' AND granted AND application_name LIKE 'offpeak publisher %'`);
const sockets = (are: (open: number) => boolean, what: string, deadlineMs = 20_000) =>
  until(() => are(play.world.slack.sockets()), { what, deadlineMs });
const refresh = (atMost?: number) => play.control('/socket', { refresh: true, linger: true, atMost });
const outage = (on: boolean) => play.control('/outage', { on });

/** What stands more than once among these: messages of a run by their key, others by all they say. */
function twice(messages: readonly Message[]): readonly string[] {
  const keys = messages.map((message) => message.metadata?.event_payload['key'] ?? textOf(message));
  return keys.filter((key, index) => keys.indexOf(key) !== index);
}

describe('what Slack, the network and we ourselves do wrong around one migration', () => {
  let approved: string | undefined;

  beforeAll(async () => {
    play = await startPlayground();
    for (const [way, text] of Object.entries(LAST)) await writeFile(join(play.migrations, `0010_leads_source_key.${way}.sql`), text);
    await play.clock({ now: '2026-11-24T20:00:00+01:00' });
  });

  afterAll(() => play.stop());

  it('T12 the answer to the post of the card is lost: still one card, and it lives', async () => {
    await play.control('/fault', { method: 'chat.postMessage', kind: 'lost' });
    await play.slash('maya', '/migrate plan');
    await play.cardSays(/Planned/);
    expect(await play.control('/faults')).toEqual({ faults: [] });
    await play.slash('maya', '/migrate cancel');
    await play.cardSays(/Cancelled/);
    expect(await play.roots()).toHaveLength(1);
  });

  it('T25 two bots by mistake: one card, both answer, and when the publishing one is killed the other goes on', async () => {
    const second = play.anotherBot();
    try {
      await sockets((open) => open === 4, 'two sockets of each bot', 60_000);
      await play.slash('maya', '/migrate plan');
      await play.cardSays(/Planned/);
      expect(await play.press('maya', 'Start checklist')).toMatchObject(ANSWERED);
      // Slack gives each envelope to the next socket: these four reach both bots.
      for (let line = 0; line < 2; line += 1) await confirmLine(play, 'maya');
      const dead = await publishing();
      const other = [play.world.pids().bot, second.pid].find((pid) => pid !== dead);
      expect([play.world.pids().bot, second.pid]).toContain(dead);
      process.kill(Number(dead), 'SIGKILL');
      await sockets((open) => open < 4, 'the sockets of the dead one to close');
      await play.press('sam', 'Acknowledge');
      await play.threadSays(/Stakeholders told\* · passes/);
      expect(await play.roots()).toHaveLength(2);
      expect(twice(await play.thread())).toEqual([]);
      expect(await publishing()).toBe(other);
    } finally {
      await second.stop();
    }
    await sockets((open) => open === 2, 'one bot to be left');
  });

  it('T16 a click while a socket is refreshed is not lost', async () => {
    const pressed = await Promise.all([play.press('sam', 'Confirm…'), refresh(1)]);
    expect(pressed[0]).toMatchObject(ANSWERED);
    await sockets((open) => open === 2, 'the refreshed socket to be replaced');
    const submitted = await Promise.all([play.submit('sam', 'Priya and I read the down scripts.'), refresh(1)]);
    expect(submitted[0]).toMatchObject(ANSWERED);
    await play.press('priya', "I'm available");
    await play.threadSays(/"action_id":"approve"/, 180_000);
    await refresh();
    await sockets((open) => open > 0, 'a socket again after both were refreshed at once', 2_000);
    const click = await play.press('sam', 'Approve');
    expect(click).toMatchObject(ANSWERED);
    approved = click.envelope_id;
    await play.threadSays(/1 of 2/);
    expect(await tally(`type = 'evidence_recorded' AND actor LIKE '%"maya"%'`)).toBe(2);
    expect(await tally(`type = 'evidence_recorded' AND actor LIKE '%"sam"%'`)).toBe(1);
    expect(await tally(`type = 'item_acknowledged'`)).toBe(2);
    expect(await tally(`type = 'approved'`)).toBe(1);
  });

  it('T1 the same envelope again has one effect, and the person is told', async () => {
    expect(await play.control('/redeliver', { envelope_id: approved })).toMatchObject(ANSWERED);
    await until(async () => (await play.ephemerals('sam')).some(({ text }) => text.includes('already done')), { what: 'the answer' });
    expect(await tally(`type = 'approved'`)).toBe(1);
    await play.threadSays(/1 of 2/);
  });

  it('T17 with no socket the person sees the failure and nothing is half done', async () => {
    const byPeople = `actor LIKE '%"slack"%'`;
    const before = await tally(byPeople);
    await outage(true);
    await sockets((open) => open === 0, 'the sockets to be cut');
    const click = await play.press('priya', 'Approve');
    expect(click).toMatchObject({ ok: false, acknowledged: false, error: expect.stringMatching(/not responding/) });
    const slash = await play.slash('maya', '/migrate cancel');
    expect(slash).toMatchObject({ ok: false, acknowledged: false, error: expect.stringMatching(/dispatch_failed/) });
    await outage(false);
    await sockets((open) => open === 2, 'both sockets to come back', 60_000);
    expect(await tally(byPeople)).toBe(before);
    expect(await play.press('priya', 'Approve')).toMatchObject(ANSWERED);
    await play.cardSays(/Approved/);
    expect(await tally(`type = 'approved'`)).toBe(2);
  });

  it('T11 Slack asks to wait with every edit during the run: the alert appears all the same', async () => {
    await startNow(play);
    await play.cardSays(/Preparing|Migrating/);
    await play.control('/fault', { method: 'chat.update', kind: 'rate_limited', retry_after: 60, times: 1_000 });
    await until(async () => (await tally(`type = 'alert_raised'`)) !== 0, { what: 'the alert in the ledger', deadlineMs: 240_000 });
    expect(textOf(await play.threadSays(/🚨.*limit/su, 10_000))).toMatch(/Roll back now/);
    const { faults } = await play.control<{ faults: readonly { left: number }[] }>('/faults');
    expect(faults[0]?.left).toBeLessThan(1_000);
  });

  it('T15 T30 T11 an outage in the middle of the migration, and the bot is killed inside it: the run completes, and one card tells the end', async () => {
    await outage(true);
    const { bot } = play.world.pids();
    process.kill(bot, 'SIGKILL');
    expect(await state()).toBe('migrating');
    const begun = await tally(`type = 'unit_begun'`);
    const reborn = await until(() => [play.world.pids().bot].find((pid) => pid !== bot && pid !== 0), { what: 'a new bot' });
    await until(async () => (await state()) === 'completed', { what: 'the run to complete without Slack', deadlineMs: 180_000 });
    expect(await tally(`type = 'unit_begun'`)).toBeGreaterThan(Number(begun));
    const versions = await sql(play.world.places.production, `SELECT version FROM offpeak.history WHERE version > '0006' ORDER BY version`);
    expect(versions.map(({ version }) => version)).toEqual(['0007', '0008', '0009', '0010']);
    expect(textOf(await play.card())).not.toMatch(/Completed/);
    await play.control('/fault', { method: 'chat.update', times: 0 });
    await play.control('/fault', { method: 'chat.update', kind: 'rate_limited', retry_after: 3, times: 2 });
    await outage(false);
    await play.cardSays(/Completed/);
    await play.threadSays(/Open report/);
    expect(textOf(await play.threadSays(/cleared/i))).not.toMatch(/"roll_back"/);
    expect(await play.control('/faults')).toEqual({ faults: [] });
    expect(await play.roots()).toHaveLength(2);
    expect(twice(await play.thread())).toEqual([]);
    expect(play.world.pids().bot).toBe(reborn);
  });
});
