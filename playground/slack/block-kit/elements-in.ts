import { isObject, listOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Block } from '../messages.ts';

/** An interactive element and the block that holds it. */
export type PlacedElement = { readonly block: Block; readonly element: Json; readonly action_id: string };

/** Every element with an action_id, in reading order: actions, accessories, inputs, and whatever newer blocks nest. */
export function elementsIn(blocks: readonly Block[]): PlacedElement[] {
  return blocks.flatMap((block) => within(block, block));
}

function within(block: Block, value: unknown): PlacedElement[] {
  if (Array.isArray(value)) return listOf(value).flatMap((item) => within(block, item));
  if (!isObject(value)) return [];
  const here = typeof value['action_id'] === 'string' ? [{ block, element: value, action_id: textOf(value['action_id']) }] : [];
  return [...here, ...Object.values(value).flatMap((item) => (typeof item === 'object' ? within(block, item) : []))];
}
