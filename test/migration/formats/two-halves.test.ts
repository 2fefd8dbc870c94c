import { describe, expect, test } from 'vitest';
import { arranged, only, order, problems } from './arrange.ts';

const text = (lines: readonly string[], end = '\n') => lines.join(end);

describe('dbmate', () => {
  test('up and down keep their lines, and a mended down does not change the digest of the up', () => {
    const file = (down: string) => text(['-- migrate:up', 'create table a ();', '', '-- migrate:down', down]);
    const [before, after] = [only('dbmate', '1_a.sql', file('drop table b')), only('dbmate', '1_a.sql', file('drop table a;'))];
    expect(before.up.text).toBe('\ncreate table a ();');
    expect(before.down?.text).toBe('\n\n\n\ndrop table b');
    expect(after.up.sha256).toBe(before.up.sha256);
    expect(after.down?.sha256).not.toBe(before.down?.sha256);
  });

  test('transaction:false is obeyed, another option refused', () => {
    expect(only('dbmate', '1_a.sql', '-- migrate:up transaction:false\nselect 1').eachCommits).toBe(true);
    expect(only('dbmate', '1_a.sql', '-- migrate:up\nselect 1').eachCommits).toBeUndefined();
    expect(problems('dbmate', { '1_a.sql': '-- migrate:up env:prod\nselect 1' })[0]).toMatch(/line 1.*option `env:prod`/);
  });

  test.each([
    ['select 1;\n-- migrate:up\nselect 2', /line 1: stands before the line `-- migrate:up`/],
    ['select 1', /has no line `-- migrate:up`/],
    ['-- migrate:down\nselect 1\n-- migrate:up\nselect 2', /line 1: migrate:down comes before/],
    ['-- migrate:up\nselect 1;\n-- migrate:up\nselect 2', /line 3: a second up part/],
  ])('%j is refused with its line', (content, message) => {
    expect(problems('dbmate', { '1_a.sql': content }).join('\n')).toMatch(message);
  });
});

describe('goose', () => {
  test('annotations in any spelling, CRLF and a comment above them', () => {
    const lines = [
      '-- A licence.',
      '/* and',
      ' more; */',
      '-- +goose up',
      '-- +goose StatementBegin',
      'select 1;',
      '-- +goose StatementEnd',
      '--+goose Down',
      'select 2;',
    ];
    for (const end of ['\n', '\r\n']) {
      const { up, down } = only('goose', '00001_a.sql', text(lines, end));
      expect(up.text.trim()).toMatch(/^-- \+goose StatementBegin\s+select 1;\s+-- \+goose StatementEnd$/);
      expect(down?.text.split('\n')[8]?.trim()).toBe('select 2;');
    }
  });

  test('NO TRANSACTION lets every statement commit by itself', () => {
    expect(only('goose', '1_a.sql', '-- +goose NO TRANSACTION\n-- +goose Up\nselect 1').eachCommits).toBe(true);
  });

  test.each([
    ['-- +goose Up\n-- +goose StatementBegin\nselect 1;', /line 2: a StatementBegin without its StatementEnd/],
    ['-- +goose Up\nselect 1;\n-- +goose StatementEnd', /line 3: a StatementEnd without its StatementBegin/],
    ['-- +goose ENVSUB ON\n-- +goose Up\nselect 1;', /line 1: puts variables of the environment/],
    ['-- +goose Upp\nselect 1;', /annotation `\+goose Upp` is not known/],
  ])('%j is refused with its line', (content, message) => {
    expect(problems('goose', { '1_a.sql': content }).join('\n')).toMatch(message);
  });

  test('a migration in Go keeps its place and is refused', () => {
    const { changes, problems: wrong } = arranged('goose', ['00001_a.go', '00001_a_test.go', 'register.go']);
    expect(changes.map(({ version, program }) => [version, program])).toEqual([['00001', true]]);
    expect(wrong.map(({ path }) => path)).toEqual(['00001_a.go']);
  });
});

describe('sql-migrate', () => {
  test('parts may come again and belong together; the history names the file', () => {
    const file = text(['-- +migrate Up', 'select 1;', '-- +migrate Up notransaction', 'select 2;', '-- +migrate Down', 'select 3;']);
    const change = only('sql-migrate', '1700000000.sql', file);
    expect(change).toMatchObject({ version: '1700000000', key: '1700000000.sql', eachCommits: true });
    expect(change.up.text).toBe('\nselect 1;\n\nselect 2;');
    expect(change.down?.text.trim()).toBe('select 3;');
  });
});

describe('node-pg-migrate', () => {
  test('either part may be missing, and a file without annotations is up', () => {
    const both = only('node-pg-migrate', '1700000000000_a.sql', '-- Up Migration\nselect 1;\n-- Down Migration\nselect 2;');
    expect([both.up.text.trim(), both.down?.text.trim(), both.key]).toEqual(['select 1;', 'select 2;', '1700000000000_a']);
    const bare = only('node-pg-migrate', '1700000000000_a.sql', 'select 1;\n-- Down Migration\nselect 2;');
    expect([bare.up.text.trim(), bare.down?.text.trim()]).toEqual(['select 1;', 'select 2;']);
    expect(only('node-pg-migrate', '1_a.sql', 'select 1;').down).toBeNull();
  });

  test('a migration in JavaScript is refused', () => {
    expect(problems('node-pg-migrate', ['1700000000000_a.js', '1700000000001_b.ts'])).toEqual([
      expect.stringMatching(/is a program/),
      expect.stringMatching(/is a program/),
    ]);
  });

  test('timestamps of different length are numbers', () => {
    expect(order('node-pg-migrate', ['1700000000000_b.sql', '20240101_a.sql'])).toEqual([
      '20240101 a 20240101_a.sql -',
      '1700000000000 b 1700000000000_b.sql -',
    ]);
  });
});
