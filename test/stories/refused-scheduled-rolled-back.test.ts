import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../support/postgres.ts';
import { approveEverything, startPlayground, textOf, type Playground } from '../support/playground.ts';
import { until } from '../support/until.ts';

const OFFPEAK = new URL('../../src/bin/offpeak.js', import.meta.url).pathname;

describe('noon, a changed file, the evening, a heavy lock, and back', () => {
  let play: Playground;
  const said = async (user: string) => (await play.ephemerals(user)).map(textOf).join('\n');

  beforeAll(async () => {
    play = await startPlayground();
    await play.clock({ now: '2026-11-24T12:00:00+01:00' });
  });

  afterAll(() => play.stop());

  it('R36 refuses somebody without a role, ephemerally, and names who may', async () => {
    await play.slash('kim', '/migrate plan');
    await until(async () => /maya/i.test(await said('kim')), { what: 'the refusal' });
    await expect(play.card()).rejects.toThrow('no card');
  });

  it('voids approvals when a migration file is edited, and the card says what changed', async () => {
    await play.slash('maya', '/migrate plan');
    await play.press('maya', 'Start checklist');
    await play.press('sam', 'Approve');
    await play.threadSays(/1 of 2/);
    await appendFile(join(play.migrations, '0008_leads_email_domain.down.sql'), '\n-- a second look\n');
    const card = await play.cardSays(/0008_leads_email_domain\.down\.sql/);
    expect(textOf(card)).toMatch(/0 of 2/);
    await play.slash('maya', '/migrate cancel');
    await play.cardSays(/Cancelled/);
  });

  it('R3 refuses a start at noon with the next moment that fits, and one button schedules exactly that', async () => {
    await approveEverything(play);
    await play.press('maya', 'Start now');
    await until(async () => /peak hours/.test(await said('maya')), { what: 'the refusal' });
    await play.press('maya', 'Schedule…', (message) => /peak hours/.test(message.text));
    expect(textOf(await play.cardSays(/Scheduled/))).toMatch(/18:00|17:00 UTC/);
  });

  it('R37 starts by itself in the evening, and one click rolls back under the heavy lock: two people, one rollback', async () => {
    const before = await sql(
      play.world.places.production,
      "SELECT attname FROM pg_attribute WHERE attrelid = 'leads'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
    );
    await play.clock({ now: '2026-11-24T17:45:01+01:00' });
    await play.cardSays(/Prepared/, 90_000);
    await play.clock({ now: '2026-11-24T17:55:01+01:00' });
    await play.cardSays(/Prepared[\s\S]*next \*T0/, 90_000);
    await play.clock({ now: '2026-11-24T18:00:01+01:00' });
    await play.threadSays(/🚨.*limit/su, 180_000);
    const clicks = await Promise.all([play.press('leo', 'Roll back now'), play.press('sam', 'Roll back now')]);
    for (const click of clicks) expect(click).toMatchObject({ acknowledged: true });
    await play.cardSays(/Rolled back/, 90_000);
    await until(async () => /first/.test(`${await said('leo')}${await said('sam')}`), { what: 'the second to be told who was first' });
    const after = await sql(
      play.world.places.production,
      "SELECT attname FROM pg_attribute WHERE attrelid = 'leads'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
    );
    expect(after).toEqual(before);
    expect(await sql(play.world.places.production, "SELECT version FROM offpeak.history WHERE version > '0006'")).toEqual([]);
    const requested = await sql(play.world.places.ledger, "SELECT count(*)::int AS n FROM offpeak.event WHERE type = 'rollback_requested'");
    expect(requested).toEqual([{ n: 1 }]);
    const undone = await sql(play.world.places.ledger, "SELECT type FROM offpeak.event WHERE type = 'unit_undone'");
    expect(undone.length).toBeGreaterThan(0);
  });

  it('X7 tells the same at the terminal, and the chain verifies', async () => {
    const offpeak = (...args: readonly string[]) =>
      execa(process.execPath, [OFFPEAK, ...args], { env: { ...play.world.env }, reject: false });
    const status = await offpeak('status', '--json');
    expect(status.exitCode).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({ target: 'production' });
    expect((await offpeak('audit', 'verify')).exitCode).toBe(0);
    expect((await offpeak('doctor')).stdout).toMatch(/Slack/);
    expect((await offpeak('rollback', '--force')).exitCode).toBe(2);
  });
});
