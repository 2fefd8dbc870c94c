import { isObject, listOf, objectOf, textOf } from '../json.ts';
import { checkBlock } from './blocks.ts';
import type { Surface } from './blocks.ts';
import { elementsIn } from './elements-in.ts';
import { atMost, child, fail, items, missing, needs, textObject, unsupported, wrongType } from './problem.ts';
import type { Problem, Spot } from './problem.ts';
import { withBlockIds } from './block-ids.ts';

const blocksPer = { message: 50, modal: 100, home: 100 } as const;
/** Undocumented: Slack refuses a message whose blocks hold more text than about this (bolt-js#2509). */
const messageTextLimit = 13_200;
/** Of all markdown blocks of one message together. */
const markdownLimit = 12_000;
/** Blocks of which a message may hold one. */
const single = ['table', 'plan'];

/** Everything wrong with a list of blocks, with pointers below `/blocks`. An empty list is fine: it takes blocks away. */
export function problemsOfBlocks(blocks: unknown, surface: Surface): Problem[] {
  const problems: Problem[] = [];
  blocksAt({ at: '/blocks', value: blocks, problems }, surface);
  return problems;
}

/** Everything wrong with a modal or a Home tab, with pointers below `/view`. */
export function problemsOfView(view: unknown): Problem[] {
  const problems: Problem[] = [];
  const spot: Spot = { at: '/view', value: view, problems };
  if (!isObject(view)) {
    wrongType(spot, 'an object');
    return problems;
  }
  const type = textOf(view['type']);
  if (type !== 'modal' && type !== 'home') {
    unsupported(spot, type, ['modal', 'home']);
    return problems;
  }
  needs(spot, 'blocks', ...(type === 'modal' ? ['title'] : []));
  textObject(child(spot, 'title'), { max: 24, plainOnly: true });
  textObject(child(spot, 'submit'), { max: 24, plainOnly: true });
  textObject(child(spot, 'close'), { max: 24, plainOnly: true });
  atMost(child(spot, 'private_metadata'), 3000);
  atMost(child(spot, 'callback_id'), 255);
  atMost(child(spot, 'external_id'), 255);
  blocksAt(child(spot, 'blocks'), type);
  const asks = listOf(view['blocks']).some((block) => objectOf(block)['type'] === 'input');
  if (type === 'modal' && asks && view['submit'] === undefined) missing(spot, 'submit');
  return problems;
}

/** Slack's sentences for a list of problems. */
export function sentences(problems: readonly Problem[]): string[] {
  return problems.map(({ message, pointer }) => `${message} [json-pointer:${pointer}]`);
}

/** Whether all text of the blocks together is more than a message may hold (msg_blocks_too_long). */
export function tooMuchText(blocks: readonly unknown[]): boolean {
  return blocks.reduce<number>((sum, block) => sum + textLength(block), 0) > messageTextLimit;
}

function blocksAt(spot: Spot, surface: Surface): void {
  if (spot.value === undefined) return;
  const found = items(spot, { min: 0, max: blocksPer[surface] });
  for (const block of found) checkBlock(block, surface);
  together(found);
  repeatedIds(spot, found);
}

/** Rules about several blocks: one table, one plan, no task cards beside a plan, so much markdown and no more. */
function together(blocks: readonly Spot[]): void {
  const ofType = (type: string): readonly Spot[] => blocks.filter((block) => child(block, 'type').value === type);
  for (const type of single) {
    for (const extra of ofType(type).slice(1))
      fail(extra, `only one ${type} block is allowed`, { type: 'max_items', expected: ['1'], got: String(ofType(type).length) });
  }
  if (ofType('plan').length > 0) {
    for (const task of ofType('task_card'))
      fail(task, 'task_card blocks cannot stand beside a plan block', { type: 'exclusive', expected: ['plan'], got: 'task_card' });
  }
  const markdown = ofType('markdown');
  const length = markdown.reduce((sum, block) => sum + textOf(child(block, 'text').value).length, 0);
  const last = markdown.at(-1);
  if (last && markdown.length > 1 && length > markdownLimit)
    fail(child(last, 'text'), `markdown blocks must hold less than ${markdownLimit + 1} characters together`, {
      type: 'max_length',
      expected: [String(markdownLimit)],
      got: String(length),
    });
}

function repeatedIds(spot: Spot, blocks: readonly Spot[]): void {
  const blockIds = new Set<string>();
  for (const block of blocks) {
    const id = textOf(child(block, 'block_id').value);
    if (id !== '' && blockIds.has(id)) fail(child(block, 'block_id'), `block_id \`${id}\` already exists`, { type: 'unique', got: id });
    blockIds.add(id);
  }
  const seen = new Set<string>();
  for (const { block, action_id } of elementsIn(withBlockIds(listOf(spot.value)))) {
    const key = `${block.block_id}\n${action_id}`;
    if (seen.has(key))
      fail(spot, `\`action_id\` "${action_id}" already exists for block_id "${block.block_id}"`, { type: 'unique', got: action_id });
    seen.add(key);
  }
}

function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textLength(item), 0);
  if (!isObject(value)) return 0;
  const own = typeof value['text'] === 'string' ? value['text'].length : 0;
  return own + Object.values(value).reduce<number>((sum, item) => sum + (typeof item === 'object' ? textLength(item) : 0), 0);
}
