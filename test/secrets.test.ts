import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../src/config/secret.ts';
import { scrubbed } from '../src/log.ts';
import { placeOf, targetError } from '../src/target/errors.ts';

const password = fc.string({
  minLength: 8,
  maxLength: 24,
  unit: fc.constantFrom(...Array.from('abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789%!$&*+-_.~')),
});
const surroundings = fc.constantFrom('connect ECONNREFUSED', 'FATAL: no such database', '{"level":50,"msg":"', 'pg_dump: error: ');

describe('invariant 9: no secret in logs, errors or what is printed', () => {
  it('a connection string loses its password on the way into the log', () => {
    fc.assert(
      fc.property(password, surroundings, (secret, before) => {
        const line = `${before} postgresql://migrator:${encodeURIComponent(secret)}@db.internal:5432/app" and more`;
        expect(scrubbed(line)).not.toContain(encodeURIComponent(secret));
        expect(scrubbed(line)).toContain('@db.internal:5432/app');
      }),
    );
  });

  it('Slack tokens and password= parts are scrubbed, the rest of the line stays', () => {
    fc.assert(
      fc.property(fc.constantFrom('xoxb-', 'xoxp-', 'xapp-'), fc.stringMatching(/^[A-Za-z0-9-]{12,40}$/), (kind, rest) => {
        expect(scrubbed(`token ${kind}${rest} was refused`)).toBe('token [secret] was refused');
      }),
    );
    expect(scrubbed('host=db password=hunter2hunter2 user=x')).toBe('host=db password=[secret] user=x');
  });

  it('a Secret shows nothing of itself, however it is printed', () => {
    fc.assert(
      fc.property(password, (secret) => {
        const value = new Secret(secret);
        for (const shown of [String(value), JSON.stringify({ value }), inspect(value), inspect({ deep: { value } }, { depth: 9 })]) {
          expect(shown).not.toContain(secret);
        }
        expect(value.reveal()).toBe(secret);
      }),
    );
  });

  it('an error of the target never repeats a connection string', () => {
    fc.assert(
      fc.property(password, fc.constantFrom('28P01', '3D000', 'ECONNREFUSED', '57P03', '53300'), (secret, code) => {
        const url = `postgresql://migrator:${encodeURIComponent(secret)}@db.internal:5432/app`;
        const raw = Object.assign(new Error(`${code} at ${url}`), { code });
        const error = targetError(raw, placeOf(url));
        expect(error.message).not.toContain(secret);
        expect(error.message).not.toContain(encodeURIComponent(secret));
      }),
    );
  });
});
