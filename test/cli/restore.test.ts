import { describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import type { TargetContext } from '../../src/ports.ts';
import { anOffer, evening, type Scene } from '../support/runs.ts';
import { aWorld, offpeak } from './a-world.ts';

/** A world whose target has the run's own backup, can be restored, and hides its disk. */
function aPlace(scene: Scene, recovery = false, now?: Instant) {
  const world = aWorld({ scene, ...(now === undefined ? {} : { now }) });
  const backup = world.run()?.backup;
  const { writes, databaseBytes } = anOffer(evening('19:05'));
  return world.replaced({
    backups: { list: async () => (backup ? [backup] : []) } as unknown as TargetContext['backups'],
    restore: {
      offer: async () => ({ ok: true, offer: { writes, databaseBytes }, neededBytes: databaseBytes }),
    } as unknown as NonNullable<TargetContext['restore']>,
    ...(recovery && {
      pointInTime: {
        provider: 'Supabase',
        span: async () => ({ ok: true, value: { earliest: evening('00:00'), latest: evening('19:04') }, source: '' }),
      } as unknown as NonNullable<TargetContext['pointInTime']>,
    }),
    sources: { database: { diskFree: async () => ({ ok: false, source: '', why: 'elsewhere' }) } } as unknown as TargetContext['sources'],
  });
}

describe('offpeak restore', () => {
  test('R84 --list shows the proved backups with what each would lose, and asks for nothing', async () => {
    const world = aPlace('rollback_failed');
    const { code, out } = await offpeak(world, ['restore', '--list']);
    expect(code).toBe(0);
    expect(out).toMatch(/acme-2026-11-24T18:46:00.000Z \(this run\).*48.2 MB.*0\/3A2B4C8.*1,204 rows inserted, 310 updated, 2 deleted/);
    expect(world.run()?.restore).toBeNull();
  });

  test('R85 wants the name of the database, asks for it in somebody’s name, and says who has to agree', async () => {
    const world = aPlace('rollback_failed');
    expect(await offpeak(world, ['--as', 'olga', 'restore'])).toMatchObject({ code: 3, err: expect.stringContaining('--database <name>') });
    expect(await offpeak(world, ['--as', 'olga', 'restore', '--database', 'prod'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('The database is called acme'),
    });
    expect(await offpeak(world, ['--as', 'olga', 'restore', '--database', 'acme'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Another person agrees: offpeak restore --approve acme-2026-11-24T18:46:00.000Z'),
    });
    expect(world.run()?.restore).toMatchObject({ stage: 'asked', by: { name: 'olga', via: 'terminal' } });
    expect(await offpeak(world, ['--as', 'olga', 'restore', '--approve', 'acme-2026-11-24T18:46:00.000Z'])).toMatchObject({ code: 2 });
  });

  test('F61 the provider is one of the choices: listed, asked for by its name, agreed to by it, and given up by whoever looked', async () => {
    const world = aPlace('rollback_failed', true);
    expect((await offpeak(world, ['restore', '--list'])).out).toMatch(/point-in-time .*1,204 rows inserted/);
    expect(await offpeak(world, ['--as', 'olga', 'restore', '--backup', 'point-in-time', '--database', 'acme'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/in place, by Supabase is asked for.*offpeak restore --approve point-in-time/),
    });
    expect(await offpeak(world, ['--as', 'kim', 'restore', '--approve', 'acme-2026-11-24T18:46:00.000Z'])).toMatchObject({ code: 2 });
    expect(await offpeak(world, ['--as', 'olga', 'restore', '--not-done'])).toMatchObject({ code: 2 });
    const unsure = aPlace('restoring_in_place_unsure', true, evening('19:08'));
    expect(await offpeak(unsure, ['--as', 'olga', 'restore', '--not-done'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('@olga looked: Supabase did not take the database back.'),
    });
    const unseen = aPlace('restoring_in_place_unsure', true, evening('19:08'));
    expect(await offpeak(unseen, ['--as', 'olga', 'restore', '--done', '--not-done'])).toMatchObject({ code: 3 });
    expect(await offpeak(unseen, ['--as', 'olga', 'restore', '--done'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Run #42 is restored\. @olga looked.*not confirmed/),
    });
    const without = await offpeak(aPlace('rollback_failed'), [
      '--as',
      'olga',
      'restore',
      '--backup',
      'point-in-time',
      '--database',
      'acme',
    ]);
    expect(without).toMatchObject({ code: 2, err: expect.stringContaining('No provider that takes the database back is in the settings') });
  });

  test('R81 report-problem opens a finished run again within its thirty minutes', async () => {
    const world = aPlace('completed');
    expect(await offpeak(world, ['--as', 'ana', 'report-problem', '--note', 'Leads are missing.'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Run #42 holds, and the checks are run'),
    });
    expect(world.run()).toMatchObject({ state: 'holding', holding: { reason: 'problem_reported' } });
  });
});
