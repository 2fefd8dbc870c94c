import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../support/postgres.ts';
import { startPlayground, textOf, type Message, type Playground } from '../support/playground.ts';
import { until } from '../support/until.ts';

describe('a plan is tried out on the staging twin first', () => {
  let play: Playground;

  beforeAll(async () => {
    // Time that a busy machine stretches little, and a limit above that; what real queries do is measured in test/target/load.pg.test.ts.
    play = await startPlayground({ observe: '2s', twin: { load: ['SELECT pg_sleep(0.2)'], impact: '60%' } });
    // The one that stays rewrites nothing and fills nothing, so that the story is short.
    for (const name of ['0008_leads_email_domain', '0009_leads_public_id_locks_table'])
      for (const kind of ['up', 'down', 'validate']) await rm(join(play.migrations, `${name}.${kind}.sql`));
    await play.clock({ now: '2026-11-24T12:00:00+01:00' });
  });

  afterAll(() => play.stop());

  /** The card of a target, among those in the channel. */
  async function cardOf(target: string, pattern: RegExp): Promise<Message> {
    let found: Message | undefined;
    await until(
      async () => {
        found = (await play.roots()).findLast((message) => message.text.includes(` · ${target}`) && pattern.test(textOf(message)));
        return found !== undefined;
      },
      { what: `the card of ${target} to say ${String(pattern)}`, deadlineMs: 90_000 },
    );
    return found as Message;
  }

  it('R7 R13 R14 R15 shows class and reason, runs on staging by one button at noon, and fills the line', async () => {
    await play.slash('maya', '/migrate plan');
    const card = await cardOf('production', /Planned/);
    expect(textOf(card)).toMatch(/\*Class\* non-trivial: 0007 line \d+ reads all of (public\.)?leads/);
    await play.press('maya', 'Start checklist');
    await play.threadSays(/Staging looked at\* · unknown · not tried yet: press Run on staging/);
    await play.press('maya', 'Run on staging', (message) => message.ts === card.ts);
    const trial = await cardOf('staging', /Completed/);
    expect(textOf(trial)).toMatch(/✅ Smoke: smoke ended with code 0/);
    expect(textOf(trial)).toMatch(/✅ Performance: [+-]?\d/);
    expect(textOf(trial)).toMatch(/✅ Data: staging has 2\d(\.\d+)? % of production/);
    expect(textOf(trial)).toMatch(/Staging run\* of #1.*Roll back now/s);
    expect(await sql(play.world.places.staging, "SELECT version FROM offpeak.history WHERE version > '0006'")).toEqual([
      { version: '0007' },
    ]);
    expect(await sql(play.world.places.production, "SELECT version FROM offpeak.history WHERE version > '0006'")).toEqual([]);
    const checklist = async () =>
      (await play.control<{ messages: Message[] }>(`/messages?channel=deployments&thread_ts=${card.ts}`)).messages.find(({ text }) =>
        text.startsWith('Checklist of'),
      );
    await until(
      async () => {
        const said = textOf((await checklist()) ?? card);
        if (/Staging looked at\* · passes · Smoke: smoke.*staging run #2 on staging/s.test(said)) return true;
        throw new Error(/Staging looked at.{0,400}/s.exec(said)?.[0] ?? `there is no such line: ${said.slice(0, 400)}`);
      },
      { what: 'the line to pass', deadlineMs: 60_000 },
    );
    await cardOf('production', /^(?!.*Run on staging)/s);
  });

  it('R62 the application test of the demo sends the public form of production, and the lead is there', async () => {
    await play.slash('maya', '/migrate hook lead-capture');
    const tried = () => sql(play.world.places.production, "SELECT full_name FROM leads WHERE email = 'try@example.org'");
    await until(async () => (await tried()).length > 0, { what: 'the lead of the application test', deadlineMs: 60_000 });
    expect(await tried()).toEqual([{ full_name: 'Tried after the change' }]);
  });
});
