import { isObject, listOf, objectOf, textOf } from '../json.ts';
import { checkBlock } from './blocks.ts';
import type { Surface } from './blocks.ts';
import { elementsIn } from './elements-in.ts';
import { atMost, child, items, needs, report, textObject } from './problem.ts';
import type { Problem, Spot } from './problem.ts';
import { withBlockIds } from './block-ids.ts';

const blocksPer = { message: 50, modal: 100, home: 100 } as const;
/** Undocumented: Slack refuses a message whose blocks hold more text than about this (bolt-js#2509). */
const messageTextLimit = 13_200;

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
    report(spot, { code: 'wrong_type', message: 'must be an object' });
    return problems;
  }
  const type = textOf(view['type']);
  if (type !== 'modal' && type !== 'home') {
    report(child(spot, 'type'), { code: 'unsupported_type', message: `unsupported type: ${type || 'undefined'}` });
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
  if (type === 'modal' && asks && view['submit'] === undefined)
    report(spot, { code: 'missing_field', message: 'missing required field: submit' });
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
  repeatedIds(spot, found);
}

function repeatedIds(spot: Spot, blocks: readonly Spot[]): void {
  const blockIds = new Set<string>();
  for (const block of blocks) {
    const id = textOf(child(block, 'block_id').value);
    if (id !== '' && blockIds.has(id))
      report(child(block, 'block_id'), { code: 'duplicate', message: `block_id \`${id}\` already exists` });
    blockIds.add(id);
  }
  const seen = new Set<string>();
  for (const { block, action_id } of elementsIn(withBlockIds(listOf(spot.value)))) {
    const key = `${block.block_id}\n${action_id}`;
    if (seen.has(key))
      report(spot, { code: 'duplicate', message: `\`action_id\` "${action_id}" already exists for block_id "${block.block_id}"` });
    seen.add(key);
  }
}

function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textLength(item), 0);
  if (!isObject(value)) return 0;
  const own = typeof value['text'] === 'string' ? value['text'].length : 0;
  return own + Object.values(value).reduce<number>((sum, item) => sum + (typeof item === 'object' ? textLength(item) : 0), 0);
}
