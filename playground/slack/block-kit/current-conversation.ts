import { isObject } from '../json.ts';
import type { Json } from '../json.ts';
import type { Block } from '../messages.ts';

/**
 * The blocks of a view with `default_to_current_conversation` honoured: such a select begins with the conversation the person
 * was in. An initial value of its own goes first; a view opened from nowhere in particular leaves the select empty.
 */
export function withCurrentConversation(blocks: readonly Block[], from: string | undefined): Block[] {
  if (from === undefined) return [...blocks];
  return blocks.map((block) => {
    const { element, elements, accessory } = block;
    return {
      ...block,
      ...(isObject(element) ? { element: begun(element, from) } : {}),
      ...(isObject(accessory) ? { accessory: begun(accessory, from) } : {}),
      ...(Array.isArray(elements) ? { elements: elements.map((part: unknown) => (isObject(part) ? begun(part, from) : part)) } : {}),
    };
  });
}

function begun(element: Json, from: string): Json {
  if (element['default_to_current_conversation'] !== true) return element;
  if (element['type'] === 'conversations_select') return { initial_conversation: from, ...element };
  if (element['type'] === 'multi_conversations_select') return { initial_conversations: [from], ...element };
  return element;
}
