import { expect, test } from 'vitest';
import { dropsRole, reachesServer } from '../../src/target/rehearsal/whole-server.ts';

const EXISTING = new Set(['app', 'Big Role']);

test.each([
  ['CREATE DATABASE x', /^CREATE DATABASE changes the whole server/],
  ['drop /* now */ tablespace fast', /changes the whole server/],
  ['ALTER DATABASE acme SET timezone = 1', /^ALTER DATABASE changes/],
  ['ALTER SYSTEM SET work_mem = 1', /^ALTER SYSTEM changes/],
  ['GRANT CONNECT ON DATABASE acme TO new_role', /changes the whole server/],
  ['ALTER ROLE app SET search_path = x', /changes the role app/],
  ['DROP USER IF EXISTS new_role, App', /changes the role app/],
  ['ALTER GROUP "Big Role" ADD USER x', /changes the role Big Role/],
  ['ALTER ROLE ALL SET search_path = x', /changes the role all/],
  ['GRANT app TO current_user', /changes who is in the role app/],
  ['REVOKE ADMIN OPTION FOR app FROM "Big Role"', /changes who is in the role app/],
])('%s is not rehearsed', (sql, sentence) => {
  expect(
    reachesServer(
      [
        { sql: 'SELECT 1', line: 1 },
        { sql, line: 7 },
      ],
      EXISTING,
    ),
  ).toEqual({
    line: 7,
    sentence: expect.stringMatching(sentence) as string,
  });
});

test.each([
  'CREATE ROLE new_role',
  'DROP ROLE new_role',
  'ALTER ROLE new_role LOGIN',
  'GRANT app TO new_role',
  'GRANT new_role TO app',
  'GRANT SELECT ON t TO app',
  'GRANT USAGE ON SCHEMA s TO app',
  'DROP USER MAPPING FOR app SERVER s',
  'ALTER TABLE database_names ADD COLUMN x int',
  "SELECT 'drop role app'",
])('%s is', (sql) => {
  expect(reachesServer([{ sql, line: 1 }], EXISTING)).toBeNull();
});

test('a down drops a role also from within a block', () => {
  expect(dropsRole([{ sql: 'DROP TABLE t' }, { sql: 'DO $$ BEGIN DROP ROLE IF EXISTS x; END $$' }])).toBe(true);
  expect(dropsRole([{ sql: 'DROP USER MAPPING FOR x SERVER s' }])).toBe(false);
});
