import { within } from './within.ts';

/** Those who wait until the card of a run shows what they did. */
export type Readers = {
  /** True once the card shows this version of the run or a later one; false after that time, in milliseconds. Never rejects. */
  readonly shown: (runId: string, version: number, withinMs: number) => Promise<boolean>;
  /** To be called when a card may show something else. */
  readonly look: () => void;
};

/** `versionOn` says which version of a run its card shows; null when that is not known. */
export function readers(versionOn: (runId: string) => number | null): Readers {
  const waiting = new Set<{ readonly sees: () => boolean; readonly tell: () => void }>();
  return {
    shown: async (runId, version, withinMs) => {
      const sees = () => (versionOn(runId) ?? -1) >= version;
      if (sees()) return true;
      const seen = Promise.withResolvers<void>();
      const reader = { sees, tell: seen.resolve };
      waiting.add(reader);
      await within(seen.promise, withinMs);
      waiting.delete(reader);
      return sees();
    },
    look: () => {
      for (const reader of waiting) if (reader.sees()) reader.tell();
    },
  };
}
