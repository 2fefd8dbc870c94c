import { isObject, listOf, objectOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Block } from '../messages.ts';
import { elementsIn } from './elements-in.ts';
import { isDate, isMoment, isTime } from './shapes.ts';

/** What the inputs of a view hold: block_id → action_id → value, as Slack sends it in `state.values`. */
export type StateValues = { [blockId: string]: { [actionId: string]: { readonly type: string } & Json } };

/** How a kind of element holds its value: the key of its state, the key of its initial value, and how to read a given one. */
type Holder = {
  readonly key: string;
  readonly initial: string;
  /** undefined refuses what was given. */
  readonly read: (given: unknown, element: Json) => unknown;
  /** What it takes, in words. */
  readonly shape?: string;
};

const plain = (key: string, initial: string): Holder => ({ key, initial, read: (given) => (textOf(given) === '' ? null : textOf(given)) });
const shaped = (holder: Holder, is: (text: string) => boolean, shape: string): Holder => ({
  ...holder,
  shape,
  read: (given, element) => (textOf(given) === '' || is(textOf(given)) ? holder.read(given, element) : undefined),
});
const several = (key: string, initial: string): Holder => ({ key, initial, read: (given) => asList(given).map(textOf) });

const holders: Readonly<Record<string, Holder>> = {
  plain_text_input: plain('value', 'initial_value'),
  number_input: plain('value', 'initial_value'),
  email_text_input: plain('value', 'initial_value'),
  url_text_input: plain('value', 'initial_value'),
  datepicker: shaped(plain('selected_date', 'initial_date'), isDate, 'a date as YYYY-MM-DD'),
  timepicker: shaped(plain('selected_time', 'initial_time'), isTime, 'a time as HH:mm'),
  datetimepicker: shaped(
    { key: 'selected_date_time', initial: 'initial_date_time', read: (given) => (textOf(given) === '' ? null : Number(given)) },
    isMoment,
    'a UNIX time of ten digits',
  ),
  rich_text_input: { key: 'rich_text_value', initial: 'initial_value', read: richText },
  file_input: { key: 'files', initial: 'initial_files', read: uploads },
  users_select: plain('selected_user', 'initial_user'),
  conversations_select: plain('selected_conversation', 'initial_conversation'),
  channels_select: plain('selected_channel', 'initial_channel'),
  multi_users_select: several('selected_users', 'initial_users'),
  multi_conversations_select: several('selected_conversations', 'initial_conversations'),
  multi_channels_select: several('selected_channels', 'initial_channels'),
  static_select: { key: 'selected_option', initial: 'initial_option', read: oneOption },
  external_select: { key: 'selected_option', initial: 'initial_option', read: oneOption },
  radio_buttons: { key: 'selected_option', initial: 'initial_option', read: oneOption },
  multi_static_select: { key: 'selected_options', initial: 'initial_options', read: someOptions },
  multi_external_select: { key: 'selected_options', initial: 'initial_options', read: someOptions },
  checkboxes: { key: 'selected_options', initial: 'initial_options', read: someOptions },
};

/** The key under which this kind of element reports its value; undefined for buttons and overflow menus. */
export function valueKey(element: Json): string | undefined {
  return holderOf(element)?.key;
}

/** What an element takes that takes only one kind of text, in words; undefined for the others. */
export function shapeOf(element: Json): string | undefined {
  return holderOf(element)?.shape;
}

function holderOf(element: Json): Holder | undefined {
  const type = textOf(element['type']);
  return Object.hasOwn(holders, type) ? holders[type] : undefined;
}

type Place = { readonly blockId: string; readonly actionId: string };

/** What an input holds; undefined where there is no such input, whatever its name. */
export function held(values: StateValues, blockId: string, actionId: string): StateValues[string][string] | undefined {
  const block = Object.hasOwn(values, blockId) ? values[blockId] : undefined;
  return block && Object.hasOwn(block, actionId) ? block[actionId] : undefined;
}

/** The values with one of them set. Ids are the program's own words: `__proto__` is one like any other. */
export function holding(values: StateValues, { blockId, actionId }: Place, value: StateValues[string][string]): StateValues {
  const block = Object.hasOwn(values, blockId) ? values[blockId] : undefined;
  return { ...values, [blockId]: { ...block, [actionId]: value } };
}

/** The state of all inputs: what was typed where block_id and action_id are the same, the initial value elsewhere. */
export function stateOf(blocks: readonly Block[], typed: StateValues): StateValues {
  let values: StateValues = {};
  for (const { block, element, action_id } of elementsIn(blocks)) {
    const type = textOf(element['type']);
    const holder = holderOf(element);
    if (!holder) continue;
    const before = held(typed, block.block_id, action_id);
    const empty = holder.key.endsWith('s') ? [] : null;
    const value = before?.type === type ? before : { type, [holder.key]: element[holder.initial] ?? empty };
    values = holding(values, { blockId: block.block_id, actionId: action_id }, value);
  }
  return values;
}

/**
 * The state after a person filled in some inputs. `given` is block_id → action_id → text, option value or a list of
 * them. Answers the names it does not know instead of dropping them: a typing error must not look like an empty field.
 */
export function fillIn(blocks: readonly Block[], state: StateValues, given: Json): { values: StateValues; unknown: string[] } {
  let values = structuredClone(state);
  const unknown: string[] = [];
  const elements = elementsIn(blocks);
  for (const [blockId, actions] of Object.entries(given)) {
    for (const [actionId, value] of Object.entries(objectOf(actions))) {
      const placed = elements.find(({ block, action_id }) => block.block_id === blockId && action_id === actionId);
      const holder = placed && holderOf(placed.element);
      const read = holder?.read(value, placed?.element ?? {});
      if (!placed || !holder || read === undefined) {
        const shape = holder?.shape === undefined ? '' : ` (${holder.shape})`;
        unknown.push(`${blockId}.${actionId}${placed && holder ? ` = ${JSON.stringify(value)}${shape}` : ''}`);
        continue;
      }
      values = holding(values, { blockId, actionId }, { type: textOf(placed.element['type']), [holder.key]: read });
    }
  }
  return { values, unknown };
}

/** The options of a select, groups unrolled. */
export function optionsOf(element: Json): Json[] {
  const grouped = listOf(element['option_groups']).flatMap((group) => listOf(objectOf(group)['options']));
  return [...listOf(element['options']), ...grouped].map(objectOf);
}

function asList(given: unknown): readonly unknown[] {
  if (Array.isArray(given)) return given;
  return textOf(given) === '' ? [] : [given];
}

/** null clears the choice, undefined says there is no such option. */
function oneOption(given: unknown, element: Json): unknown {
  if (textOf(given) === '') return null;
  return optionsOf(element).find((option) => option['value'] === textOf(given));
}

function someOptions(given: unknown, element: Json): unknown {
  const chosen = asList(given).map((value) => oneOption(value, element));
  return chosen.includes(undefined) ? undefined : chosen;
}

/** Typed as plain text, or a rich_text block as it is. */
function richText(given: unknown): unknown {
  if (isObject(given)) return given['type'] === 'rich_text' && Array.isArray(given['elements']) ? given : undefined;
  const text = textOf(given);
  if (text === '') return null;
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] };
}

/** Files by id, among those this person uploaded (`uploaded` of the element). */
function uploads(given: unknown, element: Json): unknown {
  const uploaded = listOf(element['uploaded']).map(objectOf);
  const chosen = asList(given).map((id) => uploaded.find((file) => file['id'] === textOf(id)));
  return chosen.includes(undefined) ? undefined : chosen;
}
