import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { ENV, LEAST, load, mistakes } from './workplace.ts';

const TOKENS = { ...ENV, MAYA: 'm'.repeat(32), NOAH: 'n'.repeat(64), SHORT: 'too-short' };
const withApi = (api: string) => `${LEAST}api: ${api}\n`;

it('is off unless it is written', () => {
  expect(load(LEAST)).toMatchObject({ ok: true, config: { api: null }, secrets: { api: [] } });
});

it('listens on this machine alone unless told, and knows people by name or id', () => {
  const loaded = load(withApi('{ tokens: [{ person: "@maya", token: "${MAYA}" }, { person: U0NOAH, token: "${NOAH}" }] }'), TOKENS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  expect(loaded.config.api).toEqual({ host: '127.0.0.1', port: 3300 });
  expect(loaded.secrets.api.map(({ person, token }) => [person, token.reveal()])).toEqual([
    ['U0MAYA', TOKENS.MAYA],
    ['U0NOAH', TOKENS.NOAH],
  ]);
  for (const shown of [JSON.stringify(loaded), inspect(loaded, { depth: 9 })]) expect(shown).not.toContain(TOKENS.MAYA);
});

it('refuses a token that can be guessed, that stands for nobody, or for two', () => {
  const guessed = mistakes(withApi('{ tokens: [{ person: maya, token: "${SHORT}" }] }'), TOKENS);
  expect(guessed.join()).toMatch(/api\.tokens\[0\]\.token: is too short.*openssl rand -hex 32/);
  expect(guessed.join()).not.toContain(TOKENS.SHORT);
  expect(mistakes(withApi('{ tokens: [{ person: zoe, token: "${MAYA}" }] }'), TOKENS).join()).toMatch(/"zoe" is nobody of people/);
  const shared = withApi('{ tokens: [{ person: maya, token: "${MAYA}" }, { person: noah, token: "${MAYA}" }] }');
  expect(mistakes(shared, TOKENS).join()).toMatch(/api\.tokens\[1\]\.token: is the token of somebody else/);
  expect(mistakes(withApi('{ tokens: [] }')).join()).toMatch(/has no token/);
});
