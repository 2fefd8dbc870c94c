import { clickableBlocks } from '../attachments.ts';
import { asFile } from '../answered.ts';
import { elementsIn } from '../block-kit/elements-in.ts';
import { optionsOf } from '../block-kit/state.ts';
import { isObject, listOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Block, Ephemeral, Message } from '../messages.ts';
import type { Person } from '../options.ts';
import type { Slack } from '../slack.ts';
import type { View } from '../views.ts';
import type { Channel } from '../workspace.ts';
import { clickWording, hand, reject } from './outcome.ts';
import type { Outcome, Rejected } from './outcome.ts';
import { suggestionPayload } from './payloads.ts';

const external = new Set(['external_select', 'multi_external_select']);
/** Slack asks from the third character on, unless the element says otherwise. */
const fewest = 3;
const mostOptions = 100;

export type Typed = {
  readonly person: Person;
  readonly where: { readonly view: View } | { readonly channel: Channel; readonly message: Message | Ephemeral };
  readonly action_id: string;
  readonly block_id?: string;
  readonly value: string;
};

/** Types in an external select: the program is asked for options (block_suggestion), which can then be chosen. */
export async function suggest(slack: Slack, typed: Typed): Promise<Outcome | Rejected> {
  const { person, where, action_id, value } = typed;
  const blocks = 'view' in where ? where.view.blocks : clickableBlocks(where.message);
  const selects = elementsIn(blocks).filter(({ element }) => external.has(textOf(element['type'])));
  const found = selects.find(
    (placed) => placed.action_id === action_id && (typed.block_id ?? placed.block.block_id) === placed.block.block_id,
  );
  if (!found) return reject(`There is no external select ${action_id} here.`, { action_ids: selects.map((placed) => placed.action_id) });
  const least = Number(found.element['min_query_length'] ?? fewest);
  if (value.length < least) return reject(`${action_id} asks from ${least} characters on.`, {}, 400);
  const { block_id } = found.block;
  const payload = suggestionPayload(slack, { person, where, block_id, action_id, value });
  const outcome = await hand(slack, { type: 'interactive', name: `block_suggestion ${action_id}`, payload }, clickWording);
  if (!outcome.acknowledged) return outcome;
  const options = optionsOf(outcome.ack ?? {});
  const isOffer = Array.isArray(outcome.ack?.['options']) || Array.isArray(outcome.ack?.['option_groups']);
  if (!isOffer || options.length > mostOptions || !options.every(isOption))
    return { ...outcome, ok: false, error: clickWording.http_error };
  slack.suggestions.offer({ user: person.id, block_id, action_id }, options);
  return outcome;
}

function isOption(option: Json): boolean {
  return textOf(option['value']) !== '' && isObject(option['text']);
}

/** The blocks with what this person was offered as the options of their external selects, and the files they uploaded. */
export function withOffered({ suggestions, files }: Slack, { id: user }: Person, blocks: readonly Block[]): Block[] {
  return blocks.map((block) => {
    const fill = (element: Json): Json => {
      if (element['type'] === 'file_input') return { ...element, uploaded: files.of(user).map(asFile) };
      if (!external.has(textOf(element['type']))) return element;
      const options = suggestions.offered({ user, block_id: block.block_id, action_id: textOf(element['action_id']) });
      return { ...element, options: [...options, ...listOf(element['initial_options']), element['initial_option']].filter(isObject) };
    };
    const { element, elements, accessory } = block;
    return {
      ...block,
      ...(isObject(element) ? { element: fill(element) } : {}),
      ...(isObject(accessory) ? { accessory: fill(accessory) } : {}),
      ...(Array.isArray(elements) ? { elements: elements.map((part) => (isObject(part) ? fill(part) : part)) } : {}),
    };
  });
}
