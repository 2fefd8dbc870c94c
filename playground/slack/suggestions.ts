import type { Json } from './json.ts';

/** The options that the program offered a person for an external select, so that one of them can be chosen. */
export type Suggestions = {
  offer(place: SelectPlace, options: readonly Json[]): void;
  offered(place: SelectPlace): readonly Json[];
};

export type SelectPlace = { readonly user: string; readonly block_id: string; readonly action_id: string };

export function openSuggestions(): Suggestions {
  const known = new Map<string, readonly Json[]>();
  const key = ({ user, block_id, action_id }: SelectPlace): string => JSON.stringify([user, block_id, action_id]);
  return {
    offer: (place, options) => void known.set(key(place), [...(known.get(key(place)) ?? []), ...options]),
    offered: (place) => known.get(key(place)) ?? [],
  };
}
