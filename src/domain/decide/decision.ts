import type { Context } from '../commands.ts';
import type { Happening } from '../events.ts';
import { hasRole, whoMay, type Role } from '../people.ts';
import type { Refusal } from '../refusal.ts';
import type { Run } from '../run.ts';

/** What came of a command: what happened, or why nothing did. */
export type Decision = { readonly ok: true; readonly happenings: readonly Happening[] } | { readonly ok: false; readonly refusal: Refusal };

/** The command is carried out: this is what happened. */
export function happened(...happenings: readonly Happening[]): Decision {
  return { ok: true, happenings };
}

/** The command is not carried out. */
export function refuse(refusal: Refusal): Decision {
  return { ok: false, refusal };
}

/** The refusal for a command that has no meaning in the run's state. */
export function wrongState(run: Run, command: string): Decision {
  return refuse({ code: 'wrong_state', state: run.state.replace('_', ' '), command });
}

/** The refusal when the actor has none of the roles now; null when they may (fails closed). */
export function notPermitted(context: Context, roles: readonly Role[]): Decision | null {
  if (hasRole(context.people, context.actor.id, roles)) return null;
  return refuse({ code: 'not_permitted', who: whoMay(context.people, roles) });
}
