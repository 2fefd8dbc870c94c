import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

export const GOLDEN = new URL('golden/', import.meta.url);
export const CARDS = new URL('../../docs/cards/', import.meta.url);

/** One drawn message: its golden file and the name of its picture. `mark` changes when the golden file does. */
export type Card = {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly blocks: object[];
  readonly mark: string;
};

/** Every golden message, by name. */
export function goldenCards(): readonly Card[] {
  return readdirSync(GOLDEN)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => {
      const source = readFileSync(new URL(file, GOLDEN), 'utf8');
      const { text, blocks } = JSON.parse(source) as { text: string; blocks: object[] };
      const name = file.replace(/\.json$/, '');
      const mark = createHash('sha256').update(source).digest('hex').slice(0, 12);
      return { name, title: name.replace('.', ' · ').replaceAll('_', ' '), text, blocks, mark };
    });
}

/** docs/cards/README.md: every picture, with the mark of the golden file it was made from. */
export function cardsDocument(cards: readonly Card[]): string {
  const parts = cards.map(({ name, title, text, mark }) => `## ${title}\n\n<!-- ${mark} -->\n![${text}](${name}.png)\n`);
  return ['# What the bot says', '', 'Made from the golden messages in the local Slack: `npm run cards`.', '', ...parts].join('\n');
}
