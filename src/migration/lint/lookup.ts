/** One change of a list that is never changed in place: what is last in `to` now, or what stands where another stood. */
export type ListChange<T> =
  | { readonly from: readonly T[]; readonly to: readonly T[]; readonly added: readonly T[] }
  | { readonly from: readonly T[]; readonly to: readonly T[]; readonly was: T; readonly is: T };

/** A question to a list by key, answered from a map that is built at the first question. */
export type Lookup<T> = {
  /** Everything under that key, in the order of the list. */
  readonly all: (list: readonly T[], key: string | number) => readonly T[];
  /** Hands the map of the list before on to the list after, so that a thousand changes do not build it a thousand times. */
  readonly carry: (change: ListChange<T>) => void;
};

const NONE: readonly never[] = [];

/**
 * A lookup by the keys of each element. The map belongs to the newest list: whoever asks an older one again has it built
 * anew, so an answer never depends on what was carried. Answers are never changed in place.
 */
export function lookup<T>(keysOf: (each: T) => readonly (string | number)[]): Lookup<T> {
  const maps = new WeakMap<readonly T[], Map<string | number, readonly T[]>>();
  const mapOf = (list: readonly T[]) => {
    const known = maps.get(list) ?? built(list, keysOf);
    maps.set(list, known);
    return known;
  };
  return {
    all: (list, key) => mapOf(list).get(key) ?? NONE,
    carry: (change) => {
      const map = maps.get(change.from);
      if (map === undefined || change.from === change.to) return;
      maps.delete(change.from);
      if ('added' in change) add(map, change.added, keysOf);
      else if (!swap(map, change.was, change.is, keysOf)) return;
      maps.set(change.to, map);
    },
  };
}

function built<T>(list: readonly T[], keysOf: (each: T) => readonly (string | number)[]): Map<string | number, readonly T[]> {
  const groups = new Map<string | number, T[]>();
  for (const each of list) {
    for (const key of keysOf(each)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [each]);
      else group.push(each);
    }
  }
  return groups;
}

function add<T>(map: Map<string | number, readonly T[]>, added: readonly T[], keysOf: (each: T) => readonly (string | number)[]): void {
  for (const each of added) for (const key of keysOf(each)) map.set(key, [...(map.get(key) ?? NONE), each]);
}

/** False when it moves to other keys, where its place among the others is not known. */
function swap<T>(map: Map<string | number, readonly T[]>, was: T, is: T, keysOf: (each: T) => readonly (string | number)[]): boolean {
  const [before, after] = [keysOf(was), keysOf(is)];
  if (before.length !== after.length || before.some((key, index) => key !== after[index])) return false;
  for (const key of before)
    map.set(
      key,
      (map.get(key) ?? NONE).map((each) => (each === was ? is : each)),
    );
  return true;
}
