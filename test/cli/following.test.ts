import { describe, expect, test } from 'vitest';
import { OFFPEAK } from '../../src/domain/people.ts';
import { plus } from '../../src/domain/instant.ts';
import { AFTER, by, evening } from '../support/runs.ts';
import type { LossAnswer } from '../../src/domain/price.ts';
import type { TargetContext } from '../../src/ports.ts';
import { aTerminal } from './a-terminal.ts';
import { aWorld, offpeak, type World } from './a-world.ts';

/** What a worker does to a rollback, one turn for each pause of the terminal. */
function undoing(world: World): () => void {
  const turns = [
    () => world.say(OFFPEAK, { type: 'record_stopped', detail: 'cancelled' }),
    () => world.say(OFFPEAK, { type: 'record_undone', version: '0008', ms: 870, detail: '' }),
    () => world.say(OFFPEAK, { type: 'record_undone', version: '0007', ms: 870, detail: '' }),
    () => world.say(OFFPEAK, { type: 'record_rolled_back', after: AFTER, detail: 'The schema is as before.' }),
  ];
  return () => turns.shift()?.();
}

/** Counts that the down of 0008 takes away values, so many as `answer` says. */
function losing(answer: LossAnswer, irreversible = false): Pick<TargetContext, 'losses'> {
  return {
    losses: async (migrations) =>
      migrations.map(({ version, name }) => ({
        version,
        name,
        irreversible: irreversible && version === '0008',
        questions: version === '0008' ? [{ line: 2, what: 'values of leads.email_domain', sql: 'select 1' }] : [],
        answers: version === '0008' ? [answer] : [],
      })),
  };
}

const NOTHING_LOST = losing({ state: 'counted', rows: 0 });

describe('rollback', () => {
  test('R76 --force asks nothing when nothing is lost, follows until the end and exits with 0', async () => {
    const world = aWorld({ scene: 'migrating' }).replaced(NOTHING_LOST);
    const { code, out, terminal } = await offpeak(
      world,
      ['--as', 'ana', 'rollback', '--force'],
      aTerminal({ answers: [], whilePausing: undoing(world) }),
    );
    expect(code).toBe(0);
    expect(terminal.asked).toEqual([]);
    expect(out).toContain('pressed Roll back · @ana');
    expect(out).not.toContain('planned');
    expect(out.split('\n').at(-1)).toBe('Run #42 is rolled back. The schema is as before.');
  });

  test('a person at the terminal sees what is undone and is asked; anything but yes changes nothing', async () => {
    const world = aWorld({ scene: 'migrating' });
    const before = world.run();
    const no = await offpeak(world, ['rollback'], aTerminal({ answers: ['n'] }));
    expect(no.code).toBe(2);
    expect(no.err).toContain('DROP TRIGGER leads_set_email_domain ON leads;');
    expect(no.terminal.asked).toEqual(['\nRoll back run #42 of acme now? [y/N]']);
    expect(world.run()).toBe(before);
    const yes = await offpeak(world, ['rollback'], aTerminal({ answers: ['yes'], whilePausing: undoing(world) }));
    expect(yes.code).toBe(0);
  });

  test('a rollback that fails exits with 1 and says what is still applied', async () => {
    const world = aWorld({ scene: 'migrating' }).replaced(NOTHING_LOST);
    const turns = [
      () => world.say(OFFPEAK, { type: 'record_stopped', detail: '' }),
      () =>
        world.say(OFFPEAK, { type: 'record_rollback_failure', detail: '0008.down.sql line 2: lock timeout', remaining: ['0008', '0007'] }),
    ];
    const { code, err } = await offpeak(world, ['rollback', '--force'], aTerminal({ whilePausing: () => turns.shift()?.() }));
    expect(code).toBe(1);
    expect(err).toBe('Run #42 is NOT rolled back: 0008.down.sql line 2: lock timeout\nStill applied: 0008, 0007');
  });

  test('works inside peak hours (R5)', async () => {
    const world = aWorld({ scene: 'migrating', now: evening('11:00') }).replaced(NOTHING_LOST);
    const { code } = await offpeak(world, ['rollback', '--force'], aTerminal({ whilePausing: undoing(world) }));
    expect(code).toBe(0);
  });

  const away: Pick<TargetContext, 'losses'> = { losses: () => Promise.reject(new Error('away')) };
  const costly: readonly (readonly [what: string, part: Pick<TargetContext, 'losses'>, price: RegExp])[] = [
    ['rows would lose something', losing({ state: 'counted', rows: 1204 }), /^Price: 1,204 rows lose something\.\n  0008 takes away/m],
    ['no SQL undoes it', losing({ state: 'counted', rows: 0 }, true), /^Price: cannot be undone by SQL\.$/m],
    ['a part could not be counted', losing({ state: 'unknown', why: 'it took too long' }), /^Price: may lose data: not everything/m],
    ['the target cannot be asked', away, /^Price: not known, the target could not be asked\.$/m],
  ];
  test.each(costly)('R76 --force refuses when %s, with the price, and changes nothing', async (_what, part, price) => {
    const world = aWorld({ scene: 'migrating' }).replaced(part);
    const before = world.run();
    const { code, out, err } = await offpeak(world, ['rollback', '--force']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^Refused: rolling back run #42 of acme may lose data, and --force does not skip that\.$/m);
    expect(err).toMatch(price);
    expect(err).toContain('Nothing was changed; the run goes on. Write offpeak rollback to be asked at a terminal');
    expect(err).toContain('offpeak rollback --force --accept-loss');
    expect(world.run()).toBe(before);
  });

  test('R76 --accept-loss beside --force counts nothing and goes on', async () => {
    let counted = 0;
    const losses = () => {
      counted += 1;
      return Promise.reject(new Error('away'));
    };
    const world = aWorld({ scene: 'migrating' }).replaced({ losses });
    const { code } = await offpeak(world, ['rollback', '--force', '--accept-loss'], aTerminal({ whilePausing: undoing(world) }));
    expect({ code, counted }).toEqual({ code: 0, counted: 0 });
  });

  test('R76 --force goes on before the first write, where nothing can be lost, and leaves who may not to their own refusal', async () => {
    const world = aWorld({ scene: 'preparing' }).replaced(away);
    const { out } = await offpeak(world, ['rollback', '--force'], aTerminal());
    expect(out).toContain('pressed Roll back');
    const guest = await offpeak(aWorld({ scene: 'migrating' }).replaced(away), ['--as', 'guest', 'rollback', '--force']);
    expect(guest.err).toMatch(/^Refused: You may not do this\./);
  });
});

describe('migrate', () => {
  test('starts, follows, and exits with 1 when the run does not complete', async () => {
    const world = aWorld({ scene: 'approved' });
    const { code, out, err } = await offpeak(
      world,
      ['migrate'],
      aTerminal({ whilePausing: () => world.say(OFFPEAK, { type: 'fail', detail: 'pg_dump: disk full. The database was not touched.' }) }),
    );
    expect(code).toBe(1);
    expect(out).toContain('started, first write at');
    expect(err).toBe('Run #42 is not completed, it is failed: pg_dump: disk full. The database was not touched.');
  });

  test('exits with 0 only when the run is completed', async () => {
    const world = aWorld({ scene: 'approved' });
    const ledger = world.connection.ledger;
    const load = ledger.load.bind(ledger);
    ledger.load = async (id) => {
      const run = await load(id);
      return run === null ? null : { ...run, state: 'completed', end: { at: evening('19:15'), detail: '', remaining: [] } };
    };
    expect(await offpeak(world, ['migrate'])).toMatchObject({ code: 0, err: '' });
  });

  test('Ctrl-C ends the looking and not the run, and is no success', async () => {
    const world = aWorld({ scene: 'approved' });
    const { code, err } = await offpeak(world, ['migrate']);
    expect(code).toBe(1);
    expect(err).toContain('You stopped looking; run #42 goes on.');
    expect(world.run()?.state).toBe('preparing');
  });

  test('X10 a ledger that cannot be reached for a while is said once, and nothing is lost or told twice', async () => {
    const world = aWorld({ scene: 'approved' });
    const ledger = world.connection.ledger;
    const load = ledger.load.bind(ledger);
    let asked = 0;
    ledger.load = (id) => ((asked += 1) <= 3 ? Promise.reject(new Error('The ledger cannot be reached.')) : load(id));
    const { out, err } = await offpeak(
      world,
      ['migrate'],
      aTerminal({ whilePausing: () => void (asked === 4 && world.say(by('ana'), { type: 'roll_back' })) }),
    );
    expect(err.match(/cannot be reached/g)).toHaveLength(1);
    expect(err).toContain('The ledger answers again.');
    expect(out.match(/started, first write/g)).toHaveLength(1);
    expect(out.match(/pressed Roll back/g)).toHaveLength(1);
  });

  test('R49 shows how far a backfill is, once for each whole percent', async () => {
    const world = aWorld({ scene: 'observing' });
    let done = 0;
    world.connection.ledger.progress = async () => ({
      position: 2,
      doneRows: (done += 4),
      rowsPerSecond: null,
      note: '',
      totalRows: 1000,
      at: plus(evening('19:00'), done),
    });
    const { out } = await offpeak(world, ['logs', '-f'], aTerminal());
    const lines = out.split('\n').filter((line) => line.includes('unit 3: rows'));
    expect(lines[0]).toBe('  unit 3: rows 4 of 1,000 · 0 %');
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.length).toBeGreaterThan(10);
  });
});
