import type { ViewsOpenResponse, ViewsPublishResponse, ViewsPushResponse, ViewsUpdateResponse } from '@slack/web-api';
import { textOf, objectOf, isObject } from '../json.ts';
import type { Json } from '../json.ts';
import { problemsOfView, sentences } from '../block-kit/validate.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Trigger } from '../triggers.ts';
import type { View } from '../views.ts';
import type { Methods } from './method.ts';

type AnsweredView = NonNullable<ViewsOpenResponse['view']>;

const viewBytes = 250_000;

/** Modals and Home tabs (docs.slack.dev/reference/methods/views.open and its siblings). */
export const viewMethods: Methods = {
  'views.open': {
    tier: 4,
    needs: ['view'],
    answer(slack, args) {
      const refusal = refusedView(args['view'], 'modal') ?? takenExternalId(slack, args['view']);
      if (refusal) return refusal;
      const redeemed = redeem(slack, args);
      if ('refusal' in redeemed) return redeemed.refusal;
      return {
        ok: true,
        view: asView(slack.views.open(redeemed.trigger.user, objectOf(args['view']), redeemed.trigger.channel)),
      } satisfies ViewsOpenResponse;
    },
  },
  'views.push': {
    tier: 4,
    needs: ['view'],
    answer(slack, args) {
      const refusal = refusedView(args['view'], 'modal') ?? takenExternalId(slack, args['view']);
      if (refusal) return refusal;
      const redeemed = redeem(slack, args);
      if ('refusal' in redeemed) return redeemed.refusal;
      const { trigger } = redeemed;
      // A push needs something to lie on: the trigger must come from a click inside the open modal.
      if (trigger.view === undefined || slack.views.stack(trigger.user).length === 0) return refuse('invalid_trigger_id');
      const view = slack.views.push(trigger.user, objectOf(args['view']), trigger.channel);
      return view ? ({ ok: true, view: asView(view) } satisfies ViewsPushResponse) : refuse('push_limit_reached');
    },
  },
  'views.update': {
    tier: 4,
    needs: ['view'],
    answer(slack, args) {
      const wanted = textOf(args['view_id']) || textOf(args['external_id']);
      if (wanted === '') return refuse('invalid_arguments', ['one of view_id and external_id is required']);
      const found = slack.views.find(wanted);
      if (!found) return refuse('not_found');
      const refusal = refusedView(args['view'], found.view.type) ?? takenExternalId(slack, args['view'], found.view);
      if (refusal) return refusal;
      if (outdated(args, found.view)) return refuse('hash_conflict');
      return { ok: true, view: asView(slack.views.update(found.user, found.view, objectOf(args['view']))) } satisfies ViewsUpdateResponse;
    },
  },
  'views.publish': {
    tier: 4,
    needs: ['user_id', 'view'],
    answer(slack, args) {
      if (slack.options.homeTab === false) return refuse('not_enabled');
      const user = textOf(args['user_id']);
      if (!slack.workspace.people.some((person) => person.id === user)) return refuse('invalid_arguments', ['user_not_found']);
      const published = slack.views.home(user);
      const refusal = refusedView(args['view'], 'home') ?? takenExternalId(slack, args['view'], published);
      if (refusal) return refusal;
      if (outdated(args, published)) return refuse('hash_conflict');
      return { ok: true, view: asView(slack.views.publish(user, objectOf(args['view']))) } satisfies ViewsPublishResponse;
    },
  },
};

/** Everything that is wrong with a view by itself. Slack says invalid_arguments here where messages get invalid_blocks. */
export function refusedView(view: unknown, type: 'modal' | 'home'): Answer | undefined {
  // Before anything is read: the size is in bytes, not in characters.
  if (isObject(view) && Buffer.byteLength(JSON.stringify(view)) > viewBytes) return refuse('view_too_large');
  const problems = problemsOfView(view);
  if (problems.length > 0) return refuse('invalid_arguments', sentences(problems));
  if (isObject(view) && view['type'] !== type)
    return refuse('invalid_arguments', [`unsupported type: ${textOf(view['type'])} [json-pointer:/view/type]`]);
  return undefined;
}

/** A trigger id is good once and for three seconds. */
function redeem(slack: Slack, args: Json): { readonly trigger: Trigger } | { readonly refusal: Answer } {
  const id = textOf(args['trigger_id']);
  if (id === '') return { refusal: refuse('invalid_arguments', ['missing required field: trigger_id']) };
  const trigger = slack.triggers.redeem(id);
  if (typeof trigger !== 'string') return { trigger };
  if (trigger === 'expired_trigger_id' && slack.options.expiredTriggerAs === 'invalid_arguments')
    return { refusal: refuse('invalid_arguments', ['`trigger_id` expired']) };
  return { refusal: refuse(trigger) };
}

function outdated(args: Json, view: View | undefined): boolean {
  const hash = textOf(args['hash']);
  return hash !== '' && hash !== view?.hash;
}

/** An external_id names one view; the view itself may keep it. */
function takenExternalId(slack: Slack, view: unknown, self?: View): Answer | undefined {
  const found = slack.views.find(textOf(objectOf(view)['external_id']));
  return found && found.view.id !== self?.id ? refuse('duplicate_external_id') : undefined;
}

/** Slack answers null for a label that is not there, and blocks the SDK's type, made from samples, does not know. */
function asView(view: View): AnsweredView {
  const { title, submit, close, previous_view_id, root_view_id, blocks, state, ...rest } = view;
  const known = rest satisfies AnsweredView;
  return { ...known, title, submit, close, previous_view_id, root_view_id, blocks, state } as unknown as AnsweredView;
}
