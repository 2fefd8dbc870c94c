import { elementsIn } from '../block-kit/elements-in.ts';
import { fillIn, held, valueKey } from '../block-kit/state.ts';
import type { StateValues } from '../block-kit/state.ts';
import { flagOf, isObject, listOf, objectOf, textOf } from '../json.ts';
import type { Json } from '../json.ts';
import { refusedView } from '../methods/views.ts';
import type { Person } from '../options.ts';
import type { Slack } from '../slack.ts';
import type { View } from '../views.ts';
import { hand, reject, undelivered, viewWording } from './outcome.ts';
import type { Outcome, Rejected } from './outcome.ts';
import { closedPayload, submitPayload } from './payloads.ts';
import { withOffered } from './suggest.ts';

/** Presses the submit button of the modal on top. What Slack's client checks itself is refused here, undelivered. */
export async function submit(slack: Slack, sent: { person: Person; view: View; values: Json }): Promise<Outcome | Rejected> {
  const { person, view } = sent;
  if (view.type !== 'modal' || slack.views.stack(person.id).at(-1)?.id !== view.id) return reject(`View ${view.id} is not on top.`);
  const typed = fillIn(withOffered(slack, person, view.blocks), view.state.values, sent.values);
  if (typed.unknown.length > 0) {
    const inputs = elementsIn(view.blocks).map(({ block, action_id }) => `${block.block_id}.${action_id}`);
    return reject(`This view has no input or option ${typed.unknown.join(', ')}.`, { inputs }, 400);
  }
  const errors = missing(view, typed.values);
  if (Object.keys(errors).length > 0) return reject('Please complete all required fields.', { errors }, 400);
  const filled = slack.views.remember(person.id, view, typed.values);
  const payload = submitPayload(slack, person, filled);
  const outcome = await hand(slack, { type: 'interactive', name: `view_submission ${view.callback_id}`, payload }, viewWording);
  if (!outcome.acknowledged) return outcome;
  const trouble = respond(slack, person, filled, outcome.ack ?? {});
  return trouble === undefined ? outcome : { ...outcome, ok: false, error: `${viewWording.timeout} (${trouble})` };
}

/** Does what the acknowledgement says: nothing = close this one, or errors, update, push, clear. */
function respond(slack: Slack, person: Person, view: View, ack: Json): string | undefined {
  const action = textOf(ack['response_action']);
  const stillOpen = slack.views.stack(person.id).some((open) => open.id === view.id);
  if (!stillOpen) return undefined;
  if (action === '' || action === 'clear') {
    slack.views.close(person.id, action === 'clear');
    return undefined;
  }
  if (action === 'errors') {
    slack.live.emit({ type: 'modal_errors', user: person.id, view: view.id, errors: ack['errors'] });
    return refusedErrors(view, ack['errors']);
  }
  if (action !== 'update' && action !== 'push') return `unknown response_action ${action}`;
  const refusal = refusedView(ack['view'], 'modal');
  if (refusal) return `invalid view: ${JSON.stringify((refusal as Json)['errors'])}`;
  const next = objectOf(ack['view']);
  if (action === 'update') {
    slack.views.update(person.id, view, next);
    return undefined;
  }
  return slack.views.push(person.id, next) ? undefined : 'push_limit_reached';
}

/** Errors must name input blocks of the view; Slack shows its connection trouble when they do not. */
function refusedErrors(view: View, errors: unknown): string | undefined {
  if (!isObject(errors) || Object.keys(errors).length === 0) return 'errors must be an object of block_id → text';
  const inputs = new Set(view.blocks.filter((block) => block.type === 'input').map((block) => block.block_id));
  const stray = Object.keys(errors).filter((blockId) => !inputs.has(blockId));
  return stray.length === 0 ? undefined : `errors name blocks that are no inputs: ${stray.join(', ')}`;
}

/** Closes the modal on top (Esc, Cancel, ×), or the whole stack where it says clear_on_close. */
export async function closeTop(slack: Slack, person: Person): Promise<Outcome | Rejected> {
  const view = slack.views.stack(person.id).at(-1);
  if (!view) return reject(`${person.name} has no modal open.`);
  slack.views.close(person.id, view.clear_on_close);
  if (!view.notify_on_close) return undelivered;
  const payload = closedPayload(person, view, view.clear_on_close);
  return hand(slack, { type: 'interactive', name: `view_closed ${view.callback_id}`, payload }, viewWording);
}

/** What Slack's client refuses before sending: empty required inputs and texts outside their length. */
function missing(view: View, values: StateValues): Record<string, string> {
  const errors = new Map<string, string>();
  for (const { block, element, action_id } of elementsIn(view.blocks)) {
    if (block.type !== 'input') continue;
    const key = valueKey(element);
    const value = key === undefined ? null : objectOf(held(values, block.block_id, action_id))[key];
    const empty = value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    const length = typeof value === 'string' ? value.length : 0;
    const min = Number(element['min_length'] ?? 0);
    const max = Number(element['max_length'] ?? 3000);
    if (empty && !flagOf(block['optional'])) errors.set(block.block_id, 'Please complete this required field.');
    else if (!empty && typeof value === 'string' && length < min) errors.set(block.block_id, `Please use at least ${min} characters.`);
    else if (length > max) errors.set(block.block_id, `Please use fewer than ${max + 1} characters.`);
    const wrong = element['type'] === 'file_input' ? refusedFiles(element, listOf(value)) : undefined;
    if (wrong !== undefined) errors.set(block.block_id, wrong);
  }
  return Object.fromEntries(errors);
}

/** Too many files for this input, or of another kind than it takes. */
function refusedFiles(element: Json, files: readonly unknown[]): string | undefined {
  const most = Number(element['max_files'] ?? 10);
  const kinds = listOf(element['filetypes']).map(textOf);
  if (files.length > most) return `Please choose no more than ${most} ${most === 1 ? 'file' : 'files'}.`;
  const isFine = files.every((file) => kinds.length === 0 || kinds.includes(textOf(objectOf(file)['filetype'])));
  return isFine ? undefined : `Please choose files of: ${kinds.join(', ')}.`;
}
