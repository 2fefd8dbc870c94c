import { describe, expect, test } from 'vitest';
import { parsed, refused } from './judge.ts';

const UPDATE = 'UPDATE leads SET email_domain = 1 WHERE email_domain IS NULL;';
const BACKFILL = '-- offpeak: backfill table=leads key=id\n';

describe('-- offpeak: backfill', () => {
  test.each([
    [`${BACKFILL}${UPDATE}`, { table: 'leads', key: 'id' }],
    [`-- why\n\n${BACKFILL}-- more\n${UPDATE}`, { table: 'leads', key: 'id' }],
    [`--offpeak:   backfill   table=leads   key=ID\r\n${UPDATE}`, { table: 'leads', key: 'id' }],
    [`-- offpeak: backfill table=public.leads key=id\n${UPDATE}`, { table: 'leads', key: 'id' }],
    ['-- offpeak: backfill table=sales."Lead" key="Id"\nDELETE FROM sales."Lead" WHERE old', { table: 'sales."Lead"', key: '"Id"' }],
  ])('%j declares the next statement as a backfill', async (text, backfill) => {
    const statements = await parsed(`select 1;\n${text}`);
    expect(statements.map((statement) => statement.backfill)).toEqual([null, backfill]);
  });

  test('a comment that only speaks of Offpeak is no directive', async () => {
    const [statement] = await parsed(`-- Offpeak runs this at night; see offpeak: docs\n-- offpeaks: x\n${UPDATE}`);
    expect(statement?.backfill).toBeNull();
  });

  test('the text of a directive inside a string or a function body is no directive', async () => {
    const [statement] = await parsed("insert into notes values ('-- offpeak: backfill table=x key=y')");
    expect(statement?.backfill).toBeNull();
  });

  test.each([
    ['misspelt', `-- offpeak: backfil table=leads key=id\n${UPDATE}`, /cannot be read.*Write `-- offpeak: backfill/s, 2],
    ['without key', `-- offpeak: backfill table=leads\n${UPDATE}`, /cannot be read/, 2],
    ['with a key that is no column', `-- offpeak: backfill table=leads key=1x\n${UPDATE}`, /does not name a table and a column/, 2],
    ['without its colon', `-- offpeak backfill table=leads key=id\n${UPDATE}`, /without its colon/, 2],
    ['in a block comment', `/* offpeak: backfill table=leads key=id */\n${UPDATE}`, /block comment/, 2],
    ['of another table', `-- offpeak: backfill table=users key=id\n${UPDATE}`, /table=users, the statement changes leads/, 2],
    ['of another schema', `-- offpeak: backfill table=a.leads key=id\n${UPDATE}`, /table=a\.leads, the statement changes leads/, 2],
    ['before no UPDATE', `${BACKFILL}INSERT INTO leads SELECT 1`, /neither UPDATE nor DELETE/, 2],
    ['without WHERE', `${BACKFILL}UPDATE leads SET a = 1`, /without WHERE/, 2],
    ['of its own key', `${BACKFILL}UPDATE leads SET id = id + 1 WHERE true`, /changes its own key id/, 2],
    ['twice', `${BACKFILL}${BACKFILL}${UPDATE}`, /second directive/, 3],
    ['at the end', `${UPDATE}\n${BACKFILL}`, /before no statement/, 3],
    ['behind another statement', `SELECT 2; ${BACKFILL}${UPDATE}`, /behind the statement/, 2],
    ['inside its statement', `UPDATE leads ${BACKFILL} SET a = 1 WHERE b`, /inside a statement/, 2],
    ['inside, beside control characters', `UPDATE leads SET a = '\u0001é' ${BACKFILL} WHERE b`, /inside a statement/, 2],
  ])('%s is refused with its line and how to mend it', async (_, text, message, line) => {
    const problems = await refused(`SELECT 1;\n${text}`);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.line).toBe(line);
    expect(problems).toHaveLength(1);
  });

  test.each(['down', 'validate'] as const)('a backfill in a %s script is refused', async (part) => {
    const problems = await refused(`${BACKFILL}${UPDATE}`, part);
    expect(problems.some(({ message }) => /Only up scripts run in batches/.test(message))).toBe(true);
  });
});

describe('-- offpeak: irreversible', () => {
  test.each([
    '-- offpeak: irreversible',
    '-- The rows are gone.\n-- offpeak: irreversible\n',
    "do $$ begin raise exception 'no way back'; end $$;",
  ])('down script %j says there is no way back', async (text) => {
    expect(await parsed(text, 'down')).toEqual([]);
  });

  test('a body that does more than raise is a way back', async () => {
    expect(await parsed("do $$ begin if false then raise exception 'no'; end if; end $$", 'down')).toHaveLength(1);
  });

  test.each([
    ['up', '-- offpeak: irreversible\nDROP TABLE x', /belongs into the \.down\.sql/],
    ['down', 'DROP TABLE x;\n-- offpeak: irreversible', /says irreversible and has statements/],
  ] as const)('in an %s script with statements it is refused', async (part, text, message) => {
    expect((await refused(text, part))[0]?.message).toMatch(message);
  });
});
