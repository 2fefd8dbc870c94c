import { isObject } from '../json.ts';
import { problemsOfBlocks } from './validate.ts';
import { child, given, items, wrongType } from './problem.ts';
import type { Problem, Spot } from './problem.ts';

const texts = [
  'fallback',
  'color',
  'pretext',
  'author_name',
  'author_link',
  'title',
  'title_link',
  'text',
  'image_url',
  'thumb_url',
  'footer',
];
const mostFields = 100;

/** What is wrong with the attachments themselves, and what is wrong with the blocks they hold; pointers below `/attachments`. */
export function problemsOfAttachments(attachments: readonly unknown[]): { readonly own: Problem[]; readonly inBlocks: Problem[] } {
  const own: Problem[] = [];
  const inBlocks: Problem[] = [];
  for (const [index, value] of attachments.entries()) {
    const spot: Spot = { at: `/attachments/${index}`, value, problems: own };
    if (!isObject(value)) {
      wrongType(spot, 'an object');
      continue;
    }
    for (const key of texts) {
      const text = child(spot, key);
      if (given(text) && typeof text.value !== 'string') wrongType(text, 'a string');
    }
    for (const field of items(child(spot, 'fields'), { min: 0, max: mostFields }))
      if (!isObject(field.value)) wrongType(field, 'an object');
    const { blocks } = value;
    if (blocks === undefined || blocks === null) continue;
    inBlocks.push(...problemsOfBlocks(blocks, 'message').map((problem) => ({ ...problem, pointer: spot.at + problem.pointer })));
  }
  return { own, inBlocks };
}
