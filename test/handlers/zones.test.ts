import { describe, expect, it } from 'vitest';
import { CLICKS } from '../../handlers/index.ts';
import { migrate } from '../../handlers/migrate.ts';
import type { Reply } from '../../handlers/tools.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Run } from '../../src/domain/run.ts';
import { storyTo } from '../support/runs.ts';
import { buttonsOf, wordsOf } from '../slack/scenes.ts';
import { aScene } from './a-visit.ts';

/** An approved run whose evidence and approvals hold for ever, at a moment of any night. */
function approvedAt(now: Instant) {
  const { run } = storyTo('approved');
  const never = '2027-12-31T00:00:00.000Z';
  const evidence = Object.fromEntries(Object.entries(run.evidence).map(([item, entry]) => [item, { ...entry, expiresAt: never }]));
  const acknowledged = Object.fromEntries(
    Object.entries(run.acknowledged).map(([item, words]) => [item, words.map((word) => ({ ...word, expiresAt: never }))]),
  );
  const fresh: Run = { ...run, evidence, acknowledged, approvals: run.approvals.map((entry) => ({ ...entry, expiresAt: never })) };
  const scene = aScene([fresh]);
  scene.tools.ledger.set(now);
  return { ...scene, run: fresh };
}

const unix = (instant: Instant) => Date.parse(instant) / 1000;

/** Berlin leaves summer time on 2026-10-25 and comes back to it on 2027-03-28; peak hours are 09:00 to 18:00 there. */
describe('T24 times', () => {
  it.each<[string, Instant, Instant]>([
    ['winter', '2026-11-24T12:00:00.000Z', '2026-11-24T17:00:00.000Z'],
    ['summer', '2026-07-01T12:00:00.000Z', '2026-07-01T16:00:00.000Z'],
    ['the day the clock goes back', '2026-10-25T12:00:00.000Z', '2026-10-25T17:00:00.000Z'],
    ['the day the clock goes forward', '2027-03-28T12:00:00.000Z', '2027-03-28T16:00:00.000Z'],
  ])(
    'T24 in %s a refused start names the end of peak hours of the zone of the target, for every reader the same instant',
    async (_when, now, end) => {
      const { tools, seen, run, click } = approvedAt(now);
      await CLICKS.start(tools, click('nora', run, { action: 'start' }));
      const answer = { blocks: seen.told[0]?.blocks ?? [] };
      expect(wordsOf(answer)).toContain(`<!date^${unix(end)}^{date_short_pretty} {time}|${end.slice(0, 10)} ${end.slice(11, 16)} UTC>`);
      expect(buttonsOf(answer)[0]?.value).toContain(`:${end}`);
      const confirm = buttonsOf(answer)[0]?.confirm?.text.text ?? '';
      expect(confirm).toMatch(/18:00 Europe\/Berlin \(\d{4}-\d\d-\d\d \d\d:00 UTC\)/);
    },
  );

  it.each<[string, Instant, string, Instant]>([
    ['the night the clock goes back', '2026-10-24T20:00:00.000Z', 'schedule 2026-10-25 20:30', '2026-10-25T19:30:00.000Z'],
    ['the night the clock goes forward', '2027-03-27T20:00:00.000Z', 'schedule 2027-03-28 20:30', '2027-03-28T18:30:00.000Z'],
    ['winter', '2026-11-24T18:00:00.000Z', 'schedule 22:30', '2026-11-24T21:30:00.000Z'],
  ])('T24 across %s a typed time is meant in the zone of the target', async (_when, now, text, t0) => {
    const { tools, run, slash } = approvedAt(now);
    await migrate(tools, slash('nora', text));
    expect((await tools.ledger.load(run.id))?.scheduledFor).toBe(t0);
  });

  it('T24 a moment chosen by a reader in another zone is the instant that they chose', async () => {
    const { tools, run, slash, seen } = approvedAt('2026-11-24T18:00:00.000Z');
    await migrate(tools, slash('nora', 'schedule 2026-11-24T16:30-05:00'));
    expect((await tools.ledger.load(run.id))?.scheduledFor).toBe('2026-11-24T21:30:00.000Z');
    expect((seen.acks[0] as Reply).text).toContain('Recorded');
  });
});
