import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onDatabase, sql } from '../support/postgres.ts';
import { approveEverything, startNow, startPlayground, textOf, type Playground } from '../support/playground.ts';
import { until } from '../support/until.ts';

describe('the main job, by slash, buttons and modals', () => {
  let play: Playground;

  beforeAll(async () => {
    play = await startPlayground();
    await play.clock({ now: '2026-11-24T20:00:00+01:00' });
  });

  afterAll(() => play.stop());

  /** The file that the alert shows as its chart, once Slack has examined it. */
  async function chartOf(ts: string): Promise<string> {
    return await until(
      async () => (await play.thread()).find((message) => message.ts === ts)?.blocks.find(({ type }) => type === 'image')?.slack_file?.id,
      { what: 'the chart of the alert', deadlineMs: 30_000 },
    );
  }

  it('goes from /migrate plan to two approvals', async () => {
    const answer = await play.slash('maya', '/migrate plan');
    expect(answer).toMatchObject({ ok: true, acknowledged: true });
    // Slack's limit; what a busy machine adds to our own second is not what is told here.
    expect(answer.ms).toBeLessThan(3_000);
    expect(textOf(await play.cardSays(/Planned/))).toMatch(
      /0007_leads_newest_first.*SHARE UPDATE EXCLUSIVE.*0009_leads_public_id.*rewrites leads/s,
    );
    await approveEverything(play);
  });

  it('R35 the checklist shows every line with value, limit and source, and R16 the notice with its permalink', async () => {
    // A line that was unknown for want of requests is read again within a minute.
    const text = textOf(await play.threadSays(/^Checklist of run .*: 22 of 22 ready/, 120_000));
    expect(text).toMatch(/Rollback proved/);
    expect(text).toMatch(new RegExp(`Team told in the channel\\* · passes · <[^|>]*/p${(await play.card()).ts.replace('.', '')}[|]`));
    expect(text).toMatch(/CPU\* · passes · [\d.]+ %.*Memory\* · passes · [\d.]+ %.*Active users\* · passes · \d+ /s);
    expect(text).toMatch(/No other dump\* · passes · none/);
    expect(text).toMatch(/Restore drill\* · passes/);
    expect(text).toMatch(/Connections/);
    expect(text).toMatch(/no replica/i);
    expect(text).toMatch(/up, down and up again on the copy/);
  });

  it('R1 R3 starts, migrates, alerts while the heavy lock is held, clears, completes and reports', async () => {
    await startNow(play);
    const alert = await play.threadSays(/^Alert on run .*limit/su, 180_000);
    expect(textOf(alert)).toMatch(/Roll back now/);
    const first = await chartOf(alert.ts);
    const card = await play.cardSays(/Completed/, 180_000);
    expect(card.text).toMatch(/#1/);
    const report = textOf(await play.threadSays(/Open report/));
    expect(report).toMatch(/production-run1-/);
    expect(await sql(play.world.places.production, 'SELECT count(*)::int AS pending FROM leads WHERE email_domain IS NULL')).toEqual([
      { pending: 0 },
    ]);
    expect(await sql(play.world.places.production, "SELECT version FROM offpeak.history WHERE version > '0006' ORDER BY version")).toEqual([
      { version: '0007' },
      { version: '0008' },
      { version: '0009' },
    ]);
    expect(textOf(await play.threadSays(/cleared/i))).not.toMatch(/"roll_back"/);
    // The alert is over, so another chart stands in its place: one picture a message, uploaded in three calls each.
    await until(async () => (await chartOf(alert.ts)) !== first, { what: 'the chart of the cleared alert', deadlineMs: 30_000 });
    const { log } = await play.control<{ log: readonly { method: string; request: unknown }[] }>('/log?limit=5000');
    const uploaded = (method: string, of: RegExp) => log.filter((call) => call.method === method && of.test(JSON.stringify(call.request)));
    expect(uploaded('files.getUploadURLExternal', /\.png/).length).toBeGreaterThanOrEqual(2);
    expect(uploaded('files.completeUploadExternal', /"title":"alert /).length).toBeGreaterThanOrEqual(2);
  });

  it('says that nothing is pending afterwards', async () => {
    await play.slash('maya', '/migrate plan');
    const said = (await play.ephemerals('maya')).map((message) => message.text).join('\n');
    expect(said).toMatch(/Reading|Nothing is pending/);
  });

  it('R81–R87 takes it back afterwards: a problem is reported, a restore asked for by name and agreed to by another, and the old database is named', async () => {
    await play.press('maya', 'Report a problem…');
    await play.submit('maya', 'Leads of the last hour are missing from the list.');
    await play.threadSays(/sees a problem.*The checks find/s);
    await play.press('leo', 'Restore…');
    await play.submit('leo', 'acme_staging');
    expect(JSON.stringify(await play.view('leo'))).toContain('Type the name of the database: acme');
    await play.submit('leo', 'acme');
    await play.threadSays(/asks for a restore.*rows inserted/s);
    await play.press('leo', 'Agree to the restore');
    await until(async () => (await play.ephemerals('leo')).some(({ text }) => /somebody else has to agree/.test(text)), {
      what: 'the one who asked to be refused',
    });
    await play.press('priya', 'Agree to the restore');
    const card = textOf(await play.cardSays(/Restored ·/, 120_000));
    expect(card).toMatch(/The database of before is kept as acme_before_r1, read-only/);
    const column = "SELECT count(*)::int AS there FROM pg_attribute WHERE attrelid = 'leads'::regclass AND attname = 'email_domain'";
    expect(await sql(play.world.places.production, column)).toEqual([{ there: 0 }]);
    expect(await sql(onDatabase(play.world.places.production, 'acme_before_r1'), column)).toEqual([{ there: 1 }]);
    await play.press('maya', 'Close with lessons…');
    await play.submit('maya', 'Count the leads before and after.');
    await play.cardSays(/Count the leads before and after/);
  });
});
