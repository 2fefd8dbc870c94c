import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CARDS, cardsDocument, goldenCards } from './cards.ts';

const cards = goldenCards();

describe('the pictures of the cards', () => {
  it.each(cards)('$name has one', ({ name }) => {
    expect(existsSync(new URL(`${name}.png`, CARDS))).toBe(true);
  });

  it('are listed, and were made from the golden files as they are now: npm run cards', () => {
    expect(readFileSync(new URL('README.md', CARDS), 'utf8')).toBe(cardsDocument(cards));
  });

  it('are of messages that are still drawn', () => {
    const pictures = readdirSync(CARDS).filter((file) => file.endsWith('.png'));
    expect(pictures.toSorted()).toEqual(cards.map(({ name }) => `${name}.png`).toSorted());
  });
});
