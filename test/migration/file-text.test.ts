import { describe, expect, test } from 'vitest';
import { textOf } from '../../src/migration/file-text.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('bytes of a migration file', () => {
  test('a byte order mark is dropped and CRLF kept', () => {
    expect(textOf('x.sql', new Uint8Array([0xef, 0xbb, 0xbf, ...bytes('select 1;\r\n')]))).toEqual({ text: 'select 1;\r\n', problems: [] });
  });

  test.each(['', 'select é', "insert into t values ('👩‍👩‍👧', 'שלום')"])('%j is accepted', (text) => {
    expect(textOf('x.sql', bytes(text))).toEqual({ text, problems: [] });
  });

  test.each([
    ['NUL', bytes('select 1;\nselect \0 2'), 2, /NUL byte/],
    ['UTF-16', new Uint8Array([0x73, 0, 0x65, 0]), 1, /NUL byte.*UTF-16/],
    ['Latin-1', new Uint8Array([...bytes("select 1;\n\nselect '"), 0xe9, 0x27]), 3, /not valid UTF-8/],
    ['a direction override', bytes("select 1;\nselect 'a\u202eb'"), 2, /U\+202E/],
    ['an isolate', bytes('-- \u2066 x'), 1, /U\+2066/],
    ['a zero-width space in a name', bytes('drop table lea\u200bds'), 1, /U\+200B/],
    ['a byte order mark in the middle', bytes('select 1;\n\ufeffselect 2'), 2, /U\+FEFF/],
  ])('%s is refused with its line', (_, content, line, message) => {
    const { problems } = textOf('0001_x.up.sql', content);
    expect(problems[0]?.line).toBe(line);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.message).toMatch(/^0001_x\.up\.sql line \d+: [\s\S]*\^$/);
    // The excerpt itself must not deceive.
    expect(problems[0]?.message).not.toMatch(/[\0\u202a-\u202e\u2066-\u2069]/u);
  });
});
