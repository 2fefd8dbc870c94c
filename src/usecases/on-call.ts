import type { Person } from '../domain/people.ts';

/** The ids of those whom a source names as on call, by id or name; whom the configuration does not know cannot press a button. */
export function peopleOnCall(named: readonly string[], people: readonly Person[]): readonly string[] {
  const wanted = new Set(named.map((name) => name.replace(/^@/, '').toLowerCase()));
  const known = ({ id, name, accounts = [] }: Person) => [id, name, ...accounts].some((each) => wanted.has(each.toLowerCase()));
  return people.filter(known).map(({ id }) => id);
}
