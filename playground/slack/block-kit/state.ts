import { listOf, objectOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Block } from '../messages.ts';
import { elementsIn } from './elements-in.ts';

/** What the inputs of a view hold: block_id → action_id → value, as Slack sends it in `state.values`. */
export type StateValues = { [blockId: string]: { [actionId: string]: { readonly type: string } & Json } };

/** How a kind of element holds its value: the key of its state, the key of its initial value, and how to read a given one. */
type Holder = { readonly key: string; readonly initial: string; readonly read: (given: unknown, element: Json) => unknown };

const plain = (key: string, initial: string): Holder => ({ key, initial, read: (given) => (textOf(given) === '' ? null : textOf(given)) });
const several = (key: string, initial: string): Holder => ({ key, initial, read: (given) => asList(given).map(textOf) });

const holders: Readonly<Record<string, Holder>> = {
  plain_text_input: plain('value', 'initial_value'),
  number_input: plain('value', 'initial_value'),
  email_text_input: plain('value', 'initial_value'),
  url_text_input: plain('value', 'initial_value'),
  datepicker: plain('selected_date', 'initial_date'),
  timepicker: plain('selected_time', 'initial_time'),
  datetimepicker: {
    key: 'selected_date_time',
    initial: 'initial_date_time',
    read: (given) => (textOf(given) === '' ? null : Number(given)),
  },
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
  checkboxes: { key: 'selected_options', initial: 'initial_options', read: someOptions },
};

/** The key under which this kind of element reports its value; undefined for buttons and overflow menus. */
export function valueKey(element: Json): string | undefined {
  return holders[textOf(element['type'])]?.key;
}

/** The state of all inputs: what was typed where block_id and action_id are the same, the initial value elsewhere. */
export function stateOf(blocks: readonly Block[], typed: StateValues): StateValues {
  const values: StateValues = {};
  for (const { block, element, action_id } of elementsIn(blocks)) {
    const type = textOf(element['type']);
    const holder = holders[type];
    if (!holder) continue;
    const before = typed[block.block_id]?.[action_id];
    const empty = holder.key.endsWith('s') ? [] : null;
    const value = before?.type === type ? before : { type, [holder.key]: element[holder.initial] ?? empty };
    values[block.block_id] = { ...values[block.block_id], [action_id]: value };
  }
  return values;
}

/**
 * The state after a person filled in some inputs. `given` is block_id → action_id → text, option value or a list of
 * them. Answers the names it does not know instead of dropping them: a typing error must not look like an empty field.
 */
export function fillIn(blocks: readonly Block[], state: StateValues, given: Json): { values: StateValues; unknown: string[] } {
  const values = structuredClone(state);
  const unknown: string[] = [];
  const elements = elementsIn(blocks);
  for (const [blockId, actions] of Object.entries(given)) {
    for (const [actionId, value] of Object.entries(objectOf(actions))) {
      const placed = elements.find(({ block, action_id }) => block.block_id === blockId && action_id === actionId);
      const holder = placed && holders[textOf(placed.element['type'])];
      const read = holder?.read(value, placed?.element ?? {});
      if (!placed || !holder || read === undefined) {
        unknown.push(`${blockId}.${actionId}${placed && holder ? ` = ${JSON.stringify(value)}` : ''}`);
        continue;
      }
      values[blockId] = { ...values[blockId], [actionId]: { type: textOf(placed.element['type']), [holder.key]: read } };
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
