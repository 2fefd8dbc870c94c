import { describe, expect, it } from 'vitest';
import { libpqEnvironment, onDatabase, redacted } from '../../../src/target/backup/connection.ts';

/** pg reads the certificate at once, so it must be a file. */
const FILE = import.meta.filename;

describe('the environment of a libpq program leads where the connection string leads', () => {
  it.each([
    [
      'postgresql://ann:s%2Fcret@db.example.com:6432/app',
      { PGHOST: 'db.example.com', PGPORT: '6432', PGUSER: 'ann', PGDATABASE: 'app', PGPASSWORD: 's/cret' },
    ],
    ['postgresql://ann@localhost:5433/app?host=%2Ftmp%2Fsockets', { PGHOST: '/tmp/sockets', PGPORT: '5433' }],
    [`postgresql://ann@db/app?sslmode=verify-full&sslrootcert=${FILE}`, { PGSSLMODE: 'verify-full', PGSSLROOTCERT: FILE }],
    ['postgresql://ann@db/app?sslmode=no-verify', { PGSSLMODE: 'require' }],
    ['postgresql://ann@db/app?ssl=true', { PGSSLMODE: 'require' }],
  ])('%s', (url, expected) => {
    expect(libpqEnvironment(url, 'offpeak:test')).toMatchObject({ PGAPPNAME: 'offpeak:test', ...expected });
  });
});

it('takes the password and the connection string out of any text', () => {
  const url = 'postgresql://ann:s%2Fcret@db.example.com/app';
  expect(redacted(`${url} failed: s/cret is wrong`, url)).toBe('the connection string failed: *** is wrong');
});

it('moves to another database and keeps the rest', () => {
  expect(onDatabase('postgresql://ann@db:5433/app?host=%2Ftmp', 'other db')).toBe('postgresql://ann@db:5433/other%20db?host=%2Ftmp');
});
