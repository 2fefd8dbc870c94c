import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from '../../src/config/secret.ts';
import { ENV, LEAST, load } from './workplace.ts';

const VALUE = 'postgresql://offpeak:hunter2@db/acme';

test('a secret gives its value to nobody who does not ask for it', () => {
  const secret = new Secret(VALUE);
  const seen = [
    String(secret),
    `it is ${secret as unknown as string}`,
    ['', secret].join(''),
    JSON.stringify({ secret }),
    inspect(secret, { showHidden: true, depth: 9 }),
    inspect({ deep: [secret] }, { showHidden: true, depth: 9 }),
    format('%s %o %j', secret, secret, secret),
    JSON.stringify(Object.assign({}, secret)),
    Object.keys(secret).join(),
    String(new Error('failed', { cause: secret }).cause),
  ];
  for (const text of seen) expect(text).not.toContain('hunter2');
  expect(secret.reveal()).toBe(VALUE);
});

test('no password and no token can be printed with the settings', () => {
  const result = load(LEAST);
  if (!result.ok) throw new Error(JSON.stringify(result.mistakes));
  const printed = [
    inspect(result, { showHidden: true, depth: 99 }),
    JSON.stringify(result),
    JSON.stringify([...result.secrets.targets]),
  ].join();
  for (const hidden of ['ledger-password', 'acme-password', 'scratch-password', ENV.BOT, ENV.APP]) expect(printed).not.toContain(hidden);
  expect(result.secrets.ledger.reveal()).toContain('ledger-password');
});
