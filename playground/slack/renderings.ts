import type { Block } from './messages.ts';

/** What stood on a message or in a view before it was edited: somebody may still have it before their eyes. */
export type Renderings = {
  /** Remembers what is shown now under this name. */
  note(name: string, blocks: readonly Block[]): void;
  /** What was shown under this name, the newest first. Empty when nothing is known. */
  of(name: string): readonly (readonly Block[])[];
};

const kept = 20;

/** The last twenty renderings of everything, in memory. */
export function openRenderings(): Renderings {
  const shown = new Map<string, readonly (readonly Block[])[]>();
  return {
    note(name, blocks) {
      const before = shown.get(name) ?? [];
      if (!isSame(before[0], blocks)) shown.set(name, [blocks, ...before].slice(0, kept));
    },
    of: (name) => shown.get(name) ?? [],
  };
}

/** Reactions and replies change a message, but not what can be clicked in it. */
function isSame(before: readonly Block[] | undefined, blocks: readonly Block[]): boolean {
  return before?.length === blocks.length && before.every((block, index) => block === blocks[index]);
}
