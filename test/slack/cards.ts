import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

export const GOLDEN = new URL('golden/', import.meta.url);
export const CARDS = new URL('../../docs/cards/', import.meta.url);

/** What a golden file is drawn from: the name of its picture, its words for who cannot see it, and a mark that changes with the file. */
type Drawn = { readonly name: string; readonly title: string; readonly text: string; readonly mark: string };

/** A message in the channel, or an answer that one person sees. */
export type Card = Drawn & { readonly kind: 'message' | 'answer'; readonly blocks: object[] };

/** A modal or a Home tab. */
export type ViewCard = Drawn & { readonly kind: 'modal' | 'home'; readonly view: View };

type View = { readonly type: 'modal' | 'home'; readonly title?: { readonly text: string }; readonly blocks: readonly object[] };

/** Every golden message, answer and view, by name. */
export function goldenCards(): readonly (Card | ViewCard)[] {
  return [
    ...goldenFiles('', '').map((file) => said('message', file)),
    ...goldenFiles('answers/', 'answer.').map((file) => said('answer', file)),
    ...goldenFiles('views/', 'view.').map(seen),
  ];
}

type Golden = { readonly name: string; readonly title: string; readonly mark: string; readonly content: unknown };

/** The golden files of one folder; the names of their pictures begin with `prefix`, so that they can lie side by side. */
function goldenFiles(folder: string, prefix: string): Golden[] {
  return readdirSync(new URL(`./${folder}`, GOLDEN))
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => {
      const source = readFileSync(new URL(folder + file, GOLDEN), 'utf8');
      const name = prefix + file.replace(/\.json$/, '');
      const mark = createHash('sha256').update(source).digest('hex').slice(0, 12);
      return { name, title: name.replace('.', ' · ').replaceAll('_', ' '), mark, content: JSON.parse(source) as unknown };
    });
}

function said(kind: Card['kind'], { content, ...file }: Golden): Card {
  const { text, blocks } = content as { text: string; blocks: object[] };
  return { ...file, kind, text, blocks };
}

function seen({ content, ...file }: Golden): ViewCard {
  const view = content as View;
  const text = view.type === 'home' ? 'The Home tab of the app' : `A window: ${view.title?.text}`;
  return { ...file, kind: view.type, text, view };
}

/** docs/cards/README.md: every picture, with the mark of the golden file it was made from. */
export function cardsDocument(cards: readonly Drawn[]): string {
  const parts = cards.map(({ name, title, text, mark }) => `## ${title}\n\n<!-- ${mark} -->\n![${text}](${name}.png)\n`);
  return [
    '# What the bot says',
    '',
    'Made from the golden messages, answers and views in the local Slack: `npm run cards`.',
    '',
    ...parts,
  ].join('\n');
}
