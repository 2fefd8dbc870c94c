import { clickableBlocks } from '../attachments.ts';
import { elementsIn } from '../block-kit/elements-in.ts';
import type { PlacedElement } from '../block-kit/elements-in.ts';
import { fillIn, held, holding, optionsOf, shapeOf, stateOf, valueKey } from '../block-kit/state.ts';
import { objectOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Block, Ephemeral, Message } from '../messages.ts';
import type { Person } from '../options.ts';
import type { Slack } from '../slack.ts';
import { epochMs } from '../time.ts';
import type { View } from '../views.ts';
import type { Channel } from '../workspace.ts';
import { clickWording, hand, reject } from './outcome.ts';
import type { Outcome, Rejected } from './outcome.ts';
import { messageClickPayload, viewClickPayload } from './payloads.ts';
import type { Action } from './payloads.ts';
import { withOffered } from './suggest.ts';

/** Which element: its action_id, and where that is not enough, the block or the value of the button or option. */
export type Wanted = { readonly action_id: string; readonly block_id?: string; readonly value?: unknown };

/** Clicks something in a message, a thread reply or an ephemeral message of this person. */
export async function clickMessage(
  slack: Slack,
  click: { person: Person; channel: Channel; ts: string; wanted: Wanted },
): Promise<Outcome | Rejected> {
  const { person, channel, ts, wanted } = click;
  const message = messageFor(slack, person, channel, ts);
  if (!message) return reject(`There is no message ${ts} in #${channel.name} that ${person.name} can see.`);
  const found = pickShown(slack, person, slack.messages.renderings(message), wanted);
  if ('status' in found) return found;
  const values = stateOf(clickableBlocks(message), {});
  const payload = messageClickPayload(slack, { person, channel, message, action: found.action, values });
  const outcome = await hand(slack, { type: 'interactive', name: `block_actions ${wanted.action_id}`, payload }, clickWording);
  if (outcome.error !== undefined) {
    const where = { channel: channel.id, ts, action_id: wanted.action_id };
    slack.live.emit({ type: 'failure', user: person.id, text: outcome.error, ...where });
  }
  return outcome;
}

/** Clicks something in an open modal (`values` = what is typed in it so far) or in the person's Home tab. */
export async function clickView(
  slack: Slack,
  click: { person: Person; view: View; wanted: Wanted; values?: Json },
): Promise<Outcome | Rejected> {
  const { person, wanted } = click;
  const blocks = withOffered(slack, person, click.view.blocks);
  const typed = fillIn(blocks, click.view.state.values, click.values ?? {});
  const found = pickShown(slack, person, slack.views.renderings(click.view), wanted);
  if ('status' in found) return found;
  const { block_id, action_id, type } = found.action;
  const key = valueKey(found.element);
  const place = { blockId: textOf(block_id), actionId: textOf(action_id) };
  const values = key === undefined ? typed.values : holding(typed.values, place, { type: textOf(type), [key]: found.action[key] });
  const view = slack.views.remember(person.id, click.view, values);
  const payload = viewClickPayload(slack, { person, view, action: found.action });
  return hand(slack, { type: 'interactive', name: `block_actions ${wanted.action_id}`, payload }, clickWording);
}

/** A message this person can see: one of a channel they are in, or an ephemeral of theirs. */
export function messageFor(slack: Slack, person: Person, channel: Channel, ts: string): Message | Ephemeral | undefined {
  if (!channel.members.has(person.id)) return undefined;
  const message = slack.messages.find(channel.id, ts);
  if (message) return message.deleted === true ? undefined : message;
  const ephemeral = slack.messages.findEphemeral(channel.id, ts);
  return ephemeral?.user === person.id ? ephemeral : undefined;
}

/** What was clicked, as the person's screen showed it: as it stands now, or as it stood before the last edits. Slack delivers both. */
function pickShown(slack: Slack, person: Person, shown: readonly (readonly Block[])[], wanted: Wanted): Picked | Rejected {
  const tried = shown.map((blocks) => () => pick(withOffered(slack, person, blocks), wanted));
  const now = tried[0]?.() ?? pick([], wanted);
  if (!('status' in now)) return now;
  for (const before of tried.slice(1)) {
    const found = before();
    if (!('status' in found)) return found;
  }
  return now;
}

type Picked = { readonly element: Json; readonly action: Action };

/** The element and the action it reports; refuses with the list of what there is. */
function pick(blocks: readonly Block[], wanted: Wanted): Picked | Rejected {
  const all = elementsIn(blocks);
  const named = all.filter(
    ({ action_id, block }) => action_id === wanted.action_id && (wanted.block_id ?? block.block_id) === block.block_id,
  );
  if (named.length === 0) {
    return reject(`There is no element with action_id ${wanted.action_id} here.`, { action_ids: all.map(({ action_id }) => action_id) });
  }
  const byValue = named.find(({ element }) => wanted.value !== undefined && element['value'] === wanted.value);
  const [first] = named;
  const placed = byValue ?? first;
  if (!placed) return reject(`There is no element with action_id ${wanted.action_id} here.`);
  const isButton = placed.element['type'] === 'button';
  if (isButton && wanted.value !== undefined && !byValue) {
    return reject(`No button ${wanted.action_id} has the value ${JSON.stringify(wanted.value)}.`, {
      values: named.map(({ element }) => element['value'] ?? null),
    });
  }
  const value = chosenValue(placed, wanted.value);
  return 'status' in value ? value : { element: placed.element, action: actionOf(placed, value.chosen) };
}

/** What a select, an overflow menu or an input reports beside its ids. */
function chosenValue({ block, element, action_id }: PlacedElement, value: unknown): { readonly chosen: Json } | Rejected {
  const type = textOf(element['type']);
  if (type === 'overflow') {
    const option = optionsOf(element).find((candidate) => candidate['value'] === value);
    return option ? { chosen: { selected_option: option } } : noOption(element, value);
  }
  const key = valueKey(element);
  if (key === undefined) return { chosen: {} };
  const { values, unknown } = fillIn([block], {}, { [block.block_id]: { [action_id]: value ?? '' } });
  if (unknown.length > 0) return noOption(element, value);
  return { chosen: { [key]: objectOf(held(values, block.block_id, action_id))[key] } };
}

function noOption(element: Json, value: unknown): Rejected {
  const options = optionsOf(element).map((option) => option['value']);
  const shape = shapeOf(element);
  if (shape !== undefined) return reject(`${textOf(element['action_id'])} takes ${shape}, not ${JSON.stringify(value ?? null)}.`, {}, 400);
  return reject(`${textOf(element['action_id'])} has no option ${JSON.stringify(value ?? null)}.`, { options });
}

function actionOf({ block, element, action_id }: PlacedElement, chosen: Json): Action {
  const { type, text, value, url, style, placeholder, confirm } = element;
  const kept = Object.entries({ text, value, url, style, placeholder, confirm }).filter(([, part]) => part !== undefined);
  const place = { type: textOf(type), action_id, block_id: block.block_id, action_ts: (epochMs() / 1000).toFixed(6) };
  return { ...Object.fromEntries(kept), ...chosen, ...place };
}
