import { describe, expect, it } from 'vitest';
import { migrate } from '../../handlers/migrate.ts';
import { nearest } from '../../handlers/nearest.ts';
import { unknownCommand } from '../../handlers/unknown.ts';
import { VERB_NAMES } from '../../src/slack/render/help.ts';
import type { Reply, Tools } from '../../handlers/tools.ts';
import type { TargetContext } from '../../src/ports.ts';
import { aRunIn, evening, storyTo, type Scene as Story } from '../support/runs.ts';
import { wordsOf } from '../slack/scenes.ts';
import { aScene, type Scene, type Weather } from './a-visit.ts';

/** What the downs would take away, as the target counts it; null when it does not answer. */
function losing(rows: number | null): NonNullable<TargetContext['losses']> {
  if (rows === null) return () => Promise.reject(new Error('away'));
  const asked = {
    irreversible: false,
    questions: [{ line: 1, what: 'rows', sql: 'SELECT' }],
    answers: [{ state: 'counted', rows }],
  } as const;
  return (migrations) => Promise.resolve(migrations.map(({ version, name }) => ({ version, name, ...asked })));
}

async function type(
  story: Story | null,
  name: Parameters<Scene['slash']>[0],
  text: string,
  { rows = 0, ...weather }: Weather & { readonly rows?: number | null } = {},
) {
  const stories = story === null ? [] : [storyTo(story)];
  const scene = aScene(
    stories.map(({ run }) => run),
    weather,
  );
  if (stories[0] !== undefined) scene.tools.ledger.set(stories[0].now);
  Object.assign(scene.tools.services.targets.get('acme') ?? {}, { losses: losing(rows) });
  await migrate(scene.tools, scene.slash(name, text));
  const run = stories[0] === undefined ? null : await scene.tools.ledger.load(stories[0].run.id);
  return { ...scene, run, answer: wordsOf((scene.seen.acks[0] as Reply | undefined) ?? { blocks: [] }) };
}

/** Typed by nora while Slack answers nothing until it has its acknowledgement. */
async function slowly(text: string, weather: Weather = {}): Promise<Scene> {
  const scene = aScene([], weather);
  const acknowledged = Promise.withResolvers<void>();
  const tools: Tools = { ...scene.tools, membership: () => acknowledged.promise.then(() => 'member') };
  const slash = scene.slash('nora', text);
  const ack = (reply: Reply) => slash.ack(reply).finally(acknowledged.resolve);
  await migrate(tools, { ...slash, ack }, 0);
  return scene;
}

describe('/migrate', () => {
  it.each<[string, Story, 'nora' | 'ana' | 'kim', string]>([
    ['checklist', 'planned', 'nora', 'checklist'],
    ['start', 'approved', 'nora', 'preparing'],
    ['start acme', 'approved', 'nora', 'preparing'],
    ['start #42', 'approved', 'nora', 'preparing'],
    ['ROLLBACK', 'migrating', 'ana', 'stopping'],
    ['stop', 'migrating', 'ana', 'migrating'],
    ['present', 'migrating', 'ana', 'migrating'],
    ['resume', 'holding', 'nora', 'migrating'],
    ['cancel', 'approved', 'nora', 'cancelled'],
    [`approve ${aRunIn('checklist_one_approval').digest.slice(0, 12)}`, 'checklist_one_approval', 'kim', 'approved'],
  ])('%s in %s by %s works', async (text, story, name, state) => {
    const { run, answer, seen } = await type(story, name, text);
    expect(run?.state).toBe(state);
    expect(answer).toContain('✅ Recorded for #42');
    expect(seen.acks).toMatchObject([{ response_type: 'ephemeral' }]);
    expect(seen.poked).toHaveLength(1);
  });

  it.each([
    [1203, /2,406 rows lose something.*Nothing was changed; the run goes on/],
    [null, /what is lost by it is not known.*Nothing was changed; the run goes on/],
  ])(
    'R76 rollback that may lose data (%s rows for each migration) is asked for by a button with its price, and not done',
    async (rows, words) => {
      const { run, answer, seen } = await type('migrating', 'ana', 'rollback', { rows });
      expect(run?.state).toBe('migrating');
      expect(answer).toMatch(words);
      expect(JSON.stringify(seen.acks)).toContain('roll_back');
      expect(JSON.stringify(seen.acks)).toContain('"confirm"');
    },
  );

  it('R76 rollback of a run that has touched nothing asks nothing', async () => {
    expect((await type('preparing_ready', 'ana', 'rollback', { rows: null })).run?.state).not.toBe('preparing');
  });

  it('refuses in the acknowledgement itself, and only to the one who typed', async () => {
    const { run, answer } = await type('migrating', 'sam', 'stop');
    expect(run?.stopRequested).toBeNull();
    expect(answer).toContain('You may not do this');
  });

  it('asks for the digest one has read, and takes no other', async () => {
    expect((await type('checklist_one_approval', 'kim', 'approve')).answer).toContain('first twelve characters');
    expect((await type('checklist_one_approval', 'kim', 'approve 1234')).answer).toContain('first twelve characters');
    expect((await type('checklist_one_approval', 'kim', 'approve 000000000000')).answer).toContain('The plan has changed');
  });

  it('schedules a time of day in the zone of the target, and an instant', async () => {
    expect((await type('approved', 'nora', 'schedule 20:00')).run?.scheduledFor).toBe(evening('19:00'));
    expect((await type('approved', 'nora', 'schedule 2026-11-24T21:15Z')).run?.scheduledFor).toBe(evening('21:15'));
    expect((await type('approved', 'nora', 'schedule acme 2026-11-24 22:15')).run?.scheduledFor).toBe(evening('21:15'));
    expect((await type('approved', 'nora', 'schedule soon')).answer).toContain('"soon" is no moment');
    expect((await type('approved', 'nora', 'schedule')).answer).toContain('It fits right now');
  });

  it('bare says what this person can do now, asking the domain (R10)', async () => {
    const on = await type('migrating', 'ana', '');
    expect(on.answer).toContain('`/migrate rollback` undo everything this run did, now');
    expect(on.answer).not.toMatch(/`\/migrate start`/);
    expect((await type('checklist_proved', 'nora', 'help')).answer).not.toContain('`/migrate approve');
    expect((await type('checklist_proved', 'sam', 'help')).answer).toContain('`/migrate approve');
    expect((await type(null, 'nora', '')).answer).toContain('`/migrate plan [target]`');
  });

  it('guesses the nearest verb and gives examples (R10)', async () => {
    const { answer } = await type('migrating', 'ana', 'rolback');
    expect(answer).toContain('Did you mean `/migrate rollback`?');
    expect(answer.match(/^• /gm)).toHaveLength(5);
  });

  it('shows the last runs', async () => {
    expect((await type('completed', 'nora', 'history')).answer).toContain('✅ Completed · #42');
  });

  it.each(['status nowhere', 'plan nowhere', 'history nowhere'])('%s names the targets there are', async (text) => {
    const { seen } = await type(null, 'nora', text);
    expect(JSON.stringify([seen.acks, seen.told])).toContain('Configured: `acme`');
  });

  it('says that there is no open run', async () => {
    expect((await type(null, 'nora', 'start')).answer).toContain('There is no open run for acme');
  });

  it('leaves one private line when the answer is quick, even when it breaks', async () => {
    const { seen, answer } = await type(null, 'nora', 'plan');
    expect(answer).toContain('Error id');
    expect(seen.told).toEqual([]);
  });

  it('T7 a slow plan is acknowledged at once, and answered afterwards when something stands in the way', async () => {
    const { seen } = await slowly('plan');
    expect(seen.order.indexOf('ack')).toBeLessThan(seen.order.indexOf('respond'));
    expect(wordsOf(seen.acks[0] as Reply)).toContain('Reading the migration files');
    expect(seen.told[0]?.text).toContain('Error id');
  });

  it('finds another way when the response_url is used up', async () => {
    const { seen } = await slowly('plan', { failing: ['respond'] });
    expect(seen.order.slice(-2)).toEqual(['respond', 'ephemeral']);
    expect(seen.told).toHaveLength(1);
  });

  it('says what stays applied when it closes a failed rollback', async () => {
    const { run, answer } = await type('rollback_failed', 'nora', 'cancel');
    expect(run?.state).toBe('failed');
    expect(answer).toContain('Still applied on acme: `0008, 0007`');
  });

  it('acknowledges a command that only the settings of the app know (T6)', async () => {
    const scene = aScene([]);
    await unknownCommand(scene.tools, { ...scene.slash('nora', ''), command: '/other' });
    expect(scene.seen.acks).toHaveLength(1);
  });
});

describe('the nearest verb', () => {
  it.each([
    ['rolback', 'rollback'],
    ['staus', 'status'],
    ['aprove', 'approve'],
    ['xyzzy', null],
    ['', null],
  ])('of %j is %j', (said, verb) => {
    expect(nearest(said, VERB_NAMES)).toBe(verb);
  });
});
