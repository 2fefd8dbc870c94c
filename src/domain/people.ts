/** What a person may do. Mapped from Slack user ids in the configuration; nobody has a role by being in a channel. */
export type Role = 'requester' | 'approver' | 'operator' | 'on_call' | 'stakeholder';

/** Every role, in the order they are shown. */
export const ROLES: readonly Role[] = ['requester', 'approver', 'operator', 'on_call', 'stakeholder'];

/** Who acts, through which door. `id` is the Slack user id, also at the terminal; the program itself is `offpeak`. */
export type Actor = {
  readonly id: string;
  readonly name: string;
  readonly via: 'slack' | 'terminal' | 'http' | 'schedule' | 'worker';
  /** What the door calls this very request, so that it is carried out once; absent where requests have no name. */
  readonly request?: string;
};

/** A person of the configuration with the roles they have now. */
export type Person = {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Other Slack accounts of the same person; what they do is this person's doing, so nobody approves their own plan with one. */
  readonly accounts?: readonly string[] | undefined;
};

/** The program acting by itself: timers and the worker. */
export const OFFPEAK: Actor = { id: 'offpeak', name: 'Offpeak', via: 'worker' };

/** The roles this id has now; none when the id is unknown. */
export function rolesOf(people: readonly Person[], id: string): readonly Role[] {
  return people.find((person) => person.id === id)?.roles ?? [];
}

/** Whether this id has one of the roles now. */
export function hasRole(people: readonly Person[], id: string, allowed: readonly Role[]): boolean {
  return rolesOf(people, id).some((role) => allowed.includes(role));
}

/** The names of those who have one of the roles, for a refusal that says who may. */
export function whoMay(people: readonly Person[], allowed: readonly Role[]): string {
  const names = people.filter((person) => person.roles.some((role) => allowed.includes(role))).map((person) => `@${person.name}`);
  return names.length === 0 ? 'nobody in the configuration' : names.join(', ');
}
