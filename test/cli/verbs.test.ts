import { describe, expect, test } from 'vitest';
import type { RunState } from '../../src/domain/run.ts';
import { evening, type Scene } from '../support/runs.ts';
import { aTerminal } from './a-terminal.ts';
import { aWorld, offpeak } from './a-world.ts';

describe('every verb that commands does its one thing and says so', () => {
  const table: readonly (readonly [line: string, scene: Scene, state: RunState, says: RegExp])[] = [
    ['checklist', 'planned', 'checklist', /The checklist of run #42 has begun/],
    ['confirm staging --note looked', 'checklist', 'checklist', /"Staging looked at" is confirmed/],
    ['withdraw staging', 'checklist_ready', 'checklist', /"Staging looked at" is open again/],
    [
      '--as sam waive staging --reason down',
      'checklist',
      'checklist',
      /"Staging looked at" is waived. Take it back with offpeak withdraw staging/,
    ],
    ['--as ana acknowledge on_call', 'checklist', 'checklist', /your word on "On-call available" is recorded/],
    ['withdraw cpu', 'checklist_waived', 'checklist', /"CPU" is open again/],
    ['--as sam reject --reason no', 'checklist_ready', 'cancelled', /Run #42 is rejected and over. The database was not touched/],
    ['schedule --at 20:00', 'approved', 'scheduled', /first write is at 2026-11-24 20:00 Europe\/Berlin \(19:00 UTC\)/],
    ['present', 'migrating', 'migrating', /you are watching/],
    ['stop', 'migrating', 'migrating', /holds after this step/],
    ['resume', 'holding', 'migrating', /goes on, and you are watching/],
    ['--as nora lessons --note counted', 'restored', 'restored', /Run #42 is closed, with what was learned/],
    [
      '--as nora tested user-registration --note signed',
      'observing_tests',
      'observing',
      /user-registration is recorded\. All have passed\.$/m,
    ],
    [
      '--as nora tested user-registration --note signed',
      'holding_tests_open',
      'holding',
      /Not passed yet: lead-capture\. "offpeak resume" goes on to the end/,
    ],
    ['cancel', 'approved', 'cancelled', /is cancelled. The database was not touched/],
  ];
  test.each(table)('%s', async (line, scene, state, says) => {
    const world = aWorld({ scene });
    const before = world.run()?.version ?? 0;
    const { code, out, err } = await offpeak(world, line.split(' '));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(says);
    expect(world.run()?.state).toBe(state);
    expect(world.run()?.version).toBe(before + 1);
    expect(world.closed()).toBe(1);
  });
});

describe('refusals go to standard error as their sentence, with exit code 2, and change nothing', () => {
  const table: readonly (readonly [line: string, scene: Scene | undefined, says: RegExp])[] = [
    ['checklist', 'checklist', /^Refused: @\w+ started the checklist at .*\. Nothing was changed\./],
    ['confirm weather --note sunny', 'checklist', /There is no checklist line "weather"/],
    ['confirm rollback_review --note read', 'checklist', /somebody else has to read its way back/],
    ['acknowledge on_call', 'checklist', /is answered by @ana personally/],
    ['waive staging --reason down', 'checklist', /may be waived by @sam, @kim \(approver\)/],
    ['--as sam waive backup --reason down', 'checklist', /cannot be waived by anybody/],
    ['staging', 'checklist', /^Refused: The target acme has no staging twin\. Nothing was changed\. Add one in offpeak\.yaml/],
    ['raise --reason first', 'checklist', /The plan is non-trivial already: 0007 line 1 reads all of public\.leads/],
    ['migrate', 'checklist_ready', /0 of 2 approvals are in. The database was not touched/],
    ['schedule', 'approved', /It fits right now: use Start now/],
    ['approve 00000000', 'checklist_ready', /You may not do this. It may be done by @sam, @kim/],
    ['--as sam approve 00000000', 'checklist_ready', /The plan has changed since/],
    ['rollback --force', 'stopping', /@ana pressed Roll back first, at 2026-11-24 20:01 Europe\/Berlin \(19:01 UTC\)/],
    ['rollback --force', 'completed', /There is no open run for acme/],
    ['report-problem --note slow', 'preparing', /there is nothing to report here/],
    [
      '--as kim restore --approve other',
      'rollback_failed_restore_asked',
      /Meanwhile the restore of acme-2026-11-24T18:46:00.000Z is asked for/,
    ],
    ['--as olga restore --approve other', 'rollback_failed_restore_asked', /You may not do this. It may be done by @sam, @kim, @ana/],
    ['lessons --note none', 'completed', /there is nothing to close here/],
    [
      'tested lead-capture --note sent',
      'observing_tests',
      /No person does a test "lead-capture" here\. .* Choose one of: user-registration\./,
    ],
    ['tested login --note again', 'observing_tests', /The test login is recorded already/],
    ['tested login --note done', 'migrating', /this run is migrating|This run is migrating/],
    ['rollback --dry-run', undefined, /There is no open run for acme/],
    ['plan', 'migrating', /Run #42 of acme is migrating. One run at a time/],
    ['--as guest cancel', 'approved', /You may not do this. It may be done by @nora, @olga/],
    ['--as zoe cancel', 'approved', /Nobody in the configuration is "zoe". Set OFFPEAK_USER or --as to one of: nora \(U0NORA\)/],
    ['logs 7', 'completed', /There is no open run for number 7/],
  ];
  test.each(table)('%s', async (line, scene, says) => {
    const world = aWorld(scene === undefined ? {} : { scene });
    const before = world.run()?.version;
    const { code, out, err } = await offpeak(world, line.split(' '));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(says);
    expect(world.run()?.version).toBe(before);
  });

  test('R3 names the next moment that fits in the zone of the target and in UTC', async () => {
    const { code, err } = await offpeak(aWorld({ scene: 'approved', now: evening('16:30') }), ['migrate']);
    expect(code).toBe(2);
    expect(err).toContain('peak hours until 2026-11-24 18:00 Europe/Berlin (17:00 UTC)');
  });
});

describe('bad usage has exit code 3 and says how to write it', () => {
  test.each([
    ['dance', /unknown command 'dance'/],
    ['confirm staging', /required option '--note <words>' not specified/],
    ['tested login', /required option '--note <words>' not specified/],
    ['waive staging', /required option '--reason <words>' not specified/],
    ['status --colour', /unknown option '--colour'/],
    ['--target mars status', /There is no target "mars". Configured: acme\./],
    ['schedule --at tonight', /"tonight" is no moment. Write 22:30/],
    ['history --limit many', /--limit many: write a number/],
    ['logs abc', /"abc" is no number of a run/],
    ['approve xyz', /A digest has at least 8/],
    ['approve', /Nobody can be asked here. Write which plan you approve: offpeak approve [0-9a-f]{12}$/],
    ['rollback', /Nobody can be asked here. Write offpeak rollback --force/],
    ['rollback --accept-loss', /--accept-loss stands beside --force/],
  ])('%s', async (line, says) => {
    const { code, err } = await offpeak(aWorld({ scene: 'checklist_ready' }), line.split(' '));
    expect(code).toBe(3);
    expect(err).toMatch(says);
  });

  test('help and version are no failures', async () => {
    expect(await offpeak(aWorld(), ['--help'])).toMatchObject({ code: 0, err: '' });
    expect(await offpeak(aWorld(), ['--version'])).toMatchObject({ code: 0, out: '0.1.0' });
  });
});

test('whoever does not say who they are is told what to set', async () => {
  const world = aWorld({ scene: 'approved' });
  const { code, err } = await offpeak({ ...world, connection: { ...world.connection, user: null } }, ['cancel']);
  expect(code).toBe(2);
  expect(err).toMatch(/^Refused: Say who you are: set OFFPEAK_USER or write --as/);
});

test('people act by id, name or @name, through the terminal', async () => {
  for (const as of ['U0OLGA', 'olga', '@olga']) {
    const world = aWorld({ scene: 'migrating' });
    expect((await offpeak(world, ['stop', '--as', as])).code).toBe(0);
    expect(world.run()?.stopRequested).toEqual({ id: 'U0OLGA', name: 'olga', via: 'terminal' });
  }
});

test('what breaks is said in a sentence without a stack trace, with exit code 1, and connections are closed', async () => {
  const world = aWorld({ scene: 'approved' }).replaced({ name: 'acme' });
  world.connection.ledger.active = () => Promise.reject(new Error('The ledger cannot be reached. Nothing was changed.'));
  const { code, out, err } = await offpeak(world, ['cancel']);
  expect({ code, out, err }).toEqual({ code: 1, out: '', err: 'The ledger cannot be reached. Nothing was changed.' });
  expect(world.closed()).toBe(1);
});

test('plan makes a run and shows every statement with its lock', async () => {
  const world = aWorld();
  const { code, out } = await offpeak(world, ['plan']);
  expect(code).toBe(0);
  expect(world.run()).toMatchObject({ number: 43, state: 'planned', requester: { name: 'nora', via: 'terminal' } });
  expect(out).toContain('Run #43 is planned, digest ');
  expect(out).toContain('ALTER TABLE leads ADD COLUMN\n      blocks reads and writes · ACCESS EXCLUSIVE on public.leads');
  expect(out).toContain('"offpeak checklist" begins the checklist');
  expect(out).not.toMatch(/[*`<]/);
});

describe('approve approves what was seen', () => {
  test('invariant 3: the digest read elsewhere, by its first digits', async () => {
    const world = aWorld({ scene: 'checklist_ready' });
    const digest = world.run()?.digest ?? '';
    const { code, out } = await offpeak(world, ['--as', 'sam', 'approve', digest.slice(0, 12)]);
    expect(code).toBe(0);
    expect(out).toBe(`Run #42: your approval of ${digest.slice(0, 12)} counts, 1 of 2 are in.`);
    expect(world.run()?.approvals).toHaveLength(1);
  });

  test('the plan is shown before a person at the terminal is asked', async () => {
    const world = aWorld({ scene: 'checklist_ready' });
    const no = await offpeak(world, ['--as', 'sam', 'approve'], aTerminal({ answers: [''] }));
    expect(no.code).toBe(2);
    expect(no.out).toContain('CREATE INDEX CONCURRENTLY ON leads');
    expect(world.run()?.approvals).toHaveLength(0);
    const yes = await offpeak(world, ['--as', 'sam', 'approve'], aTerminal({ answers: ['y'] }));
    expect(yes.code).toBe(0);
    expect(world.run()?.approvals).toHaveLength(1);
  });
});
