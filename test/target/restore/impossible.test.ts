import { describe, expect, it } from 'vitest';
import { judgeFacts } from '../../../src/target/restore/impossible.ts';
import { restoreNames } from '../../../src/target/restore/names.ts';

const FACTS = {
  database: 'acme',
  role: 'Acme App',
  superuser: false,
  createdb: true,
  owns: true,
  owner: 'acme_owner',
  template: false,
  slots: [],
  subscriptions: [],
  prepared: [],
  owners: [],
  extensions: [],
  sessions: [],
} as const;
const NAMES = restoreNames('acme', 42);
const judged = (changes: Partial<Parameters<typeof judgeFacts>[0]>) => judgeFacts({ ...FACTS, ...changes }, NAMES);

describe('what keeps a database from being restored beside itself', () => {
  it('nothing, when nothing does', () => expect(judged({})).toBeNull());

  it.each([
    [{ database: 'postgres' }, /must not be renamed/],
    [{ template: true }, /must not be renamed/],
    [{ slots: ['cdc', 'search'] }, /Logical replication slots.*cdc, search/],
    [{ subscriptions: ['from_hq'] }, /Subscriptions.*from_hq/],
  ] as const)('F61 %j: only its owner can, by recovery to a moment', (changes, words) => {
    expect(judged(changes)).toMatchObject({ remedy: 'owner', why: expect.stringMatching(words) });
  });

  it.each([
    [{ createdb: false }, 'ALTER ROLE "Acme App" CREATEDB'],
    [{ owns: false }, 'GRANT "acme_owner" TO "Acme App"'],
    [{ prepared: ['pay-1'] }, 'ROLLBACK PREPARED'],
    [{ owners: ['user'] }, 'GRANT "user" TO "Acme App"'],
    [{ extensions: ['postgis'] }, 'postgis'],
    [{ sessions: ['replicator'] }, 'GRANT pg_signal_backend TO "Acme App"'],
  ] as const)('%j: with the statement that mends it, and that nothing was touched', (changes, words) => {
    const answer = judged(changes);
    expect(answer?.remedy).toBe('mend');
    expect(answer?.why).toContain(words);
    expect(answer?.why).toContain('The database was not touched.');
  });
});

describe('the names of a restore', () => {
  it('carry the number of the run', () => {
    expect(NAMES).toEqual({ live: 'acme', beside: 'acme_offpeak_r42', kept: 'acme_before_r42' });
  });

  it('stay within the 63 bytes of PostgreSQL, whatever the database is called, and stay different', () => {
    for (const live of ['a'.repeat(63), 'ä'.repeat(31), `${'a'.repeat(62)}b`]) {
      const { beside, kept } = restoreNames(live, 123_456);
      expect(Buffer.byteLength(beside)).toBeLessThanOrEqual(63);
      expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(63);
      expect(beside).not.toBe(kept);
      expect(beside).toMatch(/_offpeak_r123456$/);
    }
    expect(restoreNames('a'.repeat(63), 1).beside).not.toBe(restoreNames(`${'a'.repeat(62)}b`, 1).beside);
  });
});
