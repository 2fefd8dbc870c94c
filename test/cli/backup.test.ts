import { describe, expect, it } from 'vitest';
import type { Backup } from '../../src/domain/proof.ts';
import type { BackupTool } from '../../src/ports.ts';
import { aBackup } from '../support/plans.ts';
import { aWorld, offpeak } from './a-world.ts';

const AT = '2026-11-22T20:00:00.000Z';
const taken = aBackup({
  id: 'acme-manual-1',
  startedAt: AT,
  finishedAt: AT,
  layout: 'directory',
  restorePoint: { missing: 'our role may not name a restore point' },
});

function worldWith(tool: Partial<BackupTool>) {
  return aWorld({ scene: 'migrating' }).replaced({ backups: { unusable: async () => null, ...tool } as BackupTool });
}

it('R42 a backup by hand says its kind, size, position, and why there is no restore point', async () => {
  const { code, out } = await offpeak(worldWith({ take: async () => taken }), ['backup']);
  expect(code).toBe(0);
  expect(out).toMatch(/^Directory +\/var\/backups/m);
  expect(out).toMatch(/^Restore point +none: our role may not name a restore point$/m);
  expect(out).toContain('It is not proved');
});

it('R84 lists the backups with time, size, proof and position', async () => {
  const list = async (): Promise<readonly Backup[]> => [taken, { ...taken, id: 'acme-run7', provedAt: AT }];
  const { code, out } = await offpeak(worldWith({ list }), ['backup', '--list']);
  expect(code).toBe(0);
  expect(out.split('\n')).toEqual([
    expect.stringMatching(/^Backup +Taken +Size +Proved +Stored +At$/),
    expect.stringMatching(/^acme-manual-1 +2026-11-22 21:00 .* 48\.2 MB +no +no +0\/3A2B4C8$/),
    expect.stringMatching(/^acme-run7 .* 48\.2 MB +2026-11-22 21:00 .* +no +0\/3A2B4C8$/),
  ]);
  const { out: json } = await offpeak(worldWith({ list }), ['backup', '--list', '--json']);
  expect(JSON.parse(json)).toEqual(await list());
});

describe('offpeak backup --prune', () => {
  it.each([
    ['--dry-run', true, /Would be removed: 1, 48\.2 MB\./],
    ['', false, /Removed: 1, 48\.2 MB\./],
  ])('%s names what goes, and protects what the open run has', async (flag, dryRun, says) => {
    const asked: unknown[] = [];
    const prune: BackupTool['prune'] = async (request) => {
      asked.push(request);
      return [taken];
    };
    const world = worldWith({ prune });
    const { code, out } = await offpeak(world, ['backup', '--prune', flag].filter(Boolean));
    expect(code).toBe(0);
    expect(out).toMatch(says);
    const { backup, rehearsal } = world.run() ?? {};
    expect(asked).toEqual([{ needed: [backup?.id, rehearsal?.backupId], dryRun }]);
  });

  it('is refused where the settings do not say what to keep', async () => {
    const { code, err } = await offpeak(worldWith({ prune: async () => null }), ['backup', '--prune']);
    expect(code).toBe(2);
    expect(err).toContain('Write backup: { keep: { days: 30, count: 10 } } there. Nothing was removed.');
  });

  it('a dry run of a backup means nothing', async () => {
    expect(await offpeak(aWorld(), ['backup', '--dry-run'])).toMatchObject({ code: 3 });
  });
});

describe('M18 offpeak backup --store and --fetch', () => {
  it.each([
    ['store', 'acme-manual-1 lies in the object store, and was read back: 48.2 MB'],
    ['fetch', 'acme-manual-1 lies at /var/backups/offpeak/'],
  ] as const)('%s says what lies where', async (way, says) => {
    const asked: string[] = [];
    const tool: BackupTool['store'] = async ({ id }) => {
      asked.push(id);
      return taken;
    };
    const { code, out } = await offpeak(worldWith({ [way]: tool }), ['backup', `--${way}`, 'acme-manual-1']);
    expect({ code, asked }).toEqual({ code: 0, asked: ['acme-manual-1'] });
    expect(out).toContain(says);
  });

  it('is refused where there is no store', async () => {
    const { code, err } = await offpeak(worldWith({ store: async () => null }), ['backup', '--store', 'acme-manual-1']);
    expect(code).toBe(2);
    expect(err).toContain('has no object store');
  });
});
