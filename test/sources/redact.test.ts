import { expect, it } from 'vitest';
import { redactedQuery } from '../../src/sources/redact.ts';

it.each([
  ["select * from leads where email = 'ann@example.com'", 'select * from leads where email = ?'],
  ["select E'it\\'s me', B'101', $$body$$, $x$a $$ b$x$", 'select ?, ?, ?, ?'],
  ['update leads set score = 12.5e3 where id in (1, 2) and name2 = $1', 'update leads set score = ? where id in (?, ?) and name2 = $1'],
  ['select "it\'s", "a""b" from t -- ann\n /* bob */ where x', 'select "it\'s", "a""b" from t where x'],
  ["select 'cut off by the serv", 'select ?'],
  ["select 'it''s' || 'C:\\' and name = 'ann'", 'select ? || ?'],
  ['select $$cut', 'select ?'],
])('shows %j without what people wrote', (query, shown) => {
  expect(redactedQuery(query)).toBe(shown);
});

it('cuts after 120 characters', () => {
  const shown = redactedQuery(`select ${'a, '.repeat(200)} b`);
  expect(shown).toHaveLength(120);
  expect(shown.endsWith('…')).toBe(true);
});
