import { describe, expect, test } from 'vitest';
import { arranged, order, problems } from './arrange.ts';

describe('sourcegraph', () => {
  const folder = (id: string, parents: string, down = true) => ({
    [`${id}/up.sql`]: 'select 1',
    ...(down ? { [`${id}/down.sql`]: 'select 2' } : {}),
    [`${id}/metadata.yaml`]: `name: something\nparents: ${parents}\n`,
  });

  test('after all parents, the smallest id first where several are ready', () => {
    const files = {
      ...folder('4_d', '[2, 3]'),
      ...folder('3_c', '[9]'),
      ...folder('2_b', '[1]'),
      ...folder('9_x', '[1]'),
      ...folder('1_a', '[]', false),
    };
    expect(order('sourcegraph', files)).toEqual([
      '1 a 1_a/up.sql -',
      '2 b 2_b/up.sql 2_b/down.sql',
      '9 x 9_x/up.sql 9_x/down.sql',
      '3 c 3_c/up.sql 3_c/down.sql',
      '4 d 4_d/up.sql 4_d/down.sql',
    ]);
    expect(arranged('sourcegraph', files).changes.at(-1)?.parents).toEqual(['2', '3']);
  });

  test.each([
    [folder('2_b', '[1]'), /2_b\/metadata\.yaml: names the parent 1, which is not there/],
    [{ ...folder('1_a', '[2]'), ...folder('2_b', '[1]') }, /its parents lead in a circle: 1, 2/],
    [{ '1_a/up.sql': '' }, /no metadata\.yaml beside it/],
    [{ '1_a/down.sql': '', '1_a/metadata.yaml': 'parents: []' }, /no up\.sql beside it/],
    [{ '1_a/up.sql': '', '1_a/metadata.yaml': 'parents: yesterday' }, /no list of ids/],
    [{ '1_a/up.sql': '', '1_a/metadata.yaml': 'parents: [' }, /cannot be read as YAML/],
    [{ ...folder('1_a', '[]'), ...folder('1_b', '[]') }, /id 1 is already taken by 1_a/],
  ])('%# is refused', (files, message) => {
    expect(problems('sourcegraph', files as Record<string, string>).join('\n')).toMatch(message);
  });
});

describe('sqitch', () => {
  const PLAN = [
    '%syntax-version=1.0.0',
    '%project=acme',
    '',
    'schema 2024-01-01T10:00:00Z Ann Other <ann@example.com> # The schema of everything.',
    'users [schema] 2024-01-02T10:00:00Z Ann Other <ann@example.com> # Adds users',
    '@v1 2024-01-03T10:00:00Z Ann Other <ann@example.com> # First release',
    '# A comment.',
    'users [users@v1] 2024-02-01T10:00:00Z Ann Other <ann@example.com> # Reworks users',
  ].join('\n');
  const scripts = (...paths: readonly string[]) => Object.fromEntries(paths.map((path) => [path, 'select 1']));

  test('the plan is the order, and a reworked change keeps its first text under the tag', () => {
    const files = {
      'sqitch.plan': PLAN,
      ...scripts(
        'deploy/schema.sql',
        'deploy/users.sql',
        'deploy/users@v1.sql',
        'revert/users.sql',
        'revert/users@v1.sql',
        'verify/schema.sql',
      ),
    };
    expect(order('sqitch', files)).toEqual([
      'schema the_schema_of_everything deploy/schema.sql -',
      'users adds_users deploy/users@v1.sql revert/users@v1.sql',
      'users@2 reworks_users deploy/users.sql revert/users.sql',
    ]);
    expect(arranged('sqitch', files).changes[0]).toMatchObject({ verifies: true, validate: { path: 'verify/schema.sql' } });
  });

  test('top_dir of sqitch.conf is where the folders lie', () => {
    const plan = PLAN.split('\n').slice(0, 4).join('\n');
    expect(
      order('sqitch', {
        'sqitch.conf': '[core]\n\tengine = pg\n\ttop_dir = db\n',
        'db/sqitch.plan': plan,
        ...scripts('db/deploy/schema.sql'),
      }),
    ).toEqual(['schema the_schema_of_everything db/deploy/schema.sql -']);
  });

  test('a change without its script, a script without its change, and a line that is neither are refused', () => {
    const plan = 'schema 2024-01-01T10:00:00Z Ann <a@example.com>\nwhat is this?';
    expect(problems('sqitch', { 'sqitch.plan': plan, ...scripts('deploy/other.sql') })).toEqual([
      expect.stringMatching(/^sqitch\.plan line 2: is no change, tag, pragma or comment/),
      expect.stringMatching(/^sqitch\.plan line 1: has no deploy script deploy\/schema\.sql/),
      expect.stringMatching(/^deploy\/other\.sql: is named by no change of sqitch\.plan/),
    ]);
    expect(problems('sqitch', scripts('deploy/a.sql'))[0]).toMatch(/^sqitch\.plan: is not there/);
  });
});
