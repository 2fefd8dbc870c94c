import { textOf, objectOf, isObject } from '../json.ts';
import { problemsOfView, sentences } from '../block-kit/validate.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Slack } from '../slack.ts';
import type { Methods } from './method.ts';

const viewBytes = 250_000;

/** Modals and Home tabs (docs.slack.dev/reference/methods/views.open and its siblings). */
export const viewMethods: Methods = {
  'views.open': {
    tier: 4,
    answer(slack, args) {
      const refusal = refusedView(args['view'], 'modal') ?? takenExternalId(slack, args['view']);
      if (refusal) return refusal;
      const trigger = slack.triggers.redeem(textOf(args['trigger_id']));
      if (typeof trigger === 'string') return refuse(trigger);
      return { ok: true, view: slack.views.open(trigger.user, objectOf(args['view'])) };
    },
  },
  'views.push': {
    tier: 4,
    answer(slack, args) {
      const refusal = refusedView(args['view'], 'modal') ?? takenExternalId(slack, args['view']);
      if (refusal) return refusal;
      const trigger = slack.triggers.redeem(textOf(args['trigger_id']));
      if (typeof trigger === 'string') return refuse(trigger);
      // A push needs something to lie on: the trigger must come from a click inside the open modal.
      if (trigger.view === undefined || slack.views.stack(trigger.user).length === 0) return refuse('invalid_trigger_id');
      const view = slack.views.push(trigger.user, objectOf(args['view']));
      return view ? { ok: true, view } : refuse('push_limit_reached');
    },
  },
  'views.update': {
    tier: 4,
    answer(slack, args) {
      const found = slack.views.find(textOf(args['view_id']) || textOf(args['external_id']));
      if (!found) return refuse('not_found');
      const refusal = refusedView(args['view'], found.view.type);
      if (refusal) return refusal;
      const hash = textOf(args['hash']);
      if (hash !== '' && hash !== found.view.hash) return refuse('hash_conflict');
      return { ok: true, view: slack.views.update(found.user, found.view, objectOf(args['view'])) };
    },
  },
  'views.publish': {
    tier: 4,
    answer(slack, args) {
      const user = textOf(args['user_id']);
      if (!slack.workspace.people.some((person) => person.id === user)) return refuse('invalid_arguments', ['user_not_found']);
      const refusal = refusedView(args['view'], 'home');
      if (refusal) return refusal;
      const hash = textOf(args['hash']);
      if (hash !== '' && hash !== slack.views.home(user)?.hash) return refuse('hash_conflict');
      return { ok: true, view: slack.views.publish(user, objectOf(args['view'])) };
    },
  },
};

/** Everything that is wrong with a view by itself. Slack says invalid_arguments here where messages get invalid_blocks. */
export function refusedView(view: unknown, type: 'modal' | 'home'): Answer | undefined {
  const problems = problemsOfView(view);
  if (problems.length > 0) return refuse('invalid_arguments', sentences(problems));
  if (isObject(view) && view['type'] !== type)
    return refuse('invalid_arguments', [`unsupported type: ${textOf(view['type'])} [json-pointer:/view/type]`]);
  return JSON.stringify(view).length > viewBytes ? refuse('view_too_large') : undefined;
}

function takenExternalId(slack: Slack, view: unknown): Answer | undefined {
  const id = textOf(objectOf(view)['external_id']);
  return slack.views.find(id) ? refuse('duplicate_external_id') : undefined;
}
