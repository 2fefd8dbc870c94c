import type { Json } from './json.ts';

/** What a page is told as it happens. `type` is the name of the server-sent event. */
export type LiveEvent = { readonly type: string } & Json;

export type Live = {
  emit(event: LiveEvent): void;
  /** Returns how to stop listening. */
  listen(listener: (event: LiveEvent) => void): () => void;
  listeners(): number;
};

/** Fans what happens out to every open page. */
export function openLive(): Live {
  const all = new Set<(event: LiveEvent) => void>();
  return {
    emit(event) {
      for (const listener of all) listener(event);
    },
    listen(listener) {
      all.add(listener);
      return () => all.delete(listener);
    },
    listeners: () => all.size,
  };
}
