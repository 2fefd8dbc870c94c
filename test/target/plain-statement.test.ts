import { describe, expect, test } from 'vitest';
import { leavesSession, onlyPlain } from '../../src/target/plain-statement.ts';
import { aMigration, unitOf } from './a-migration.ts';

describe('leavesSession', () => {
  test.for([
    'CREATE TABLE t (id bigint PRIMARY KEY, at timestamptz DEFAULT now())',
    'ALTER TABLE t ADD COLUMN note text',
    'CREATE INDEX t_note ON t (note)',
    'DROP TABLE t',
    "COMMENT ON TABLE t IS 'x'",
    'ALTER TABLE t RENAME note TO notes',
  ])('%s leaves no trace in its session', async (sql) => {
    expect(await leavesSession(sql)).toBe(true);
  });

  test.for([
    'SET search_path = x',
    "SELECT set_config('a.b', 'c', false)",
    'CREATE TEMP TABLE t ()',
    'CREATE TABLE t (id int DEFAULT mine())',
    "ALTER TABLE t ADD COLUMN a text DEFAULT (set_config('role', 'x', false))",
    'CREATE INDEX t_x ON t (mine(a))',
    'INSERT INTO t VALUES (1)',
    'DO $$ BEGIN END $$',
    'CREATE TABLE t AS SELECT 1',
    'LISTEN x',
    'not sql',
  ])('%s may leave one, or nobody knows', async (sql) => {
    expect(await leavesSession(sql)).toBe(false);
  });
});

describe('onlyPlain', () => {
  test.for(['CREATE TABLE t (id bigint PRIMARY KEY)', 'ALTER TABLE t ADD COLUMN note text', 'CREATE INDEX t_note ON t (note)'])(
    '%s may travel with its COMMIT',
    async (sql) => {
      const unit = unitOf(aMigration('0001', [sql]));
      expect(await onlyPlain(unit)).toBe(unit.statements[0]);
    },
  );

  test.for([
    ['a statement that might end our transaction', ['COMMIT']],
    ['a function that might set something', ['CREATE TABLE t (id int DEFAULT mine())']],
    ['several statements: the gate is asked before each', ['CREATE TABLE t ()', 'CREATE TABLE u ()']],
    ['no statement', []],
    ['what hides its locks from its own transaction: DROP', ['DROP TABLE t']],
    ['RENAME', ['ALTER TABLE t RENAME TO u']],
    ['DROP COLUMN, with the sequence of the column', ['ALTER TABLE t ADD COLUMN a int, DROP COLUMN b']],
    ['a change of rows, which may have to wait for a deferred constraint', ['UPDATE t SET a = 1']],
    ['CONCURRENTLY', ['CREATE INDEX CONCURRENTLY i ON t (a)']],
  ] as const)('not %s', async ([, statements]) => {
    expect(await onlyPlain(unitOf(aMigration('0001', [...statements])))).toBe(null);
  });
});
