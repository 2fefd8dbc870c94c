import type { Terminal } from '../../src/cli/terminal.ts';

/** A terminal that remembers what was written, answers with these words, and waits for nothing. */
export type TestTerminal = Terminal & { readonly printed: () => string; readonly said: () => string; readonly asked: string[] };

/** `answers` makes it interactive; `whilePausing` is what happens elsewhere during each pause. */
export function aTerminal({ answers, whilePausing }: { answers?: readonly string[]; whilePausing?: () => void } = {}): TestTerminal {
  const [out, err, asked]: [string[], string[], string[]] = [[], [], []];
  const controller = new AbortController();
  let pauses = 0;
  return {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    interactive: answers !== undefined,
    ask: async (question) => answers?.[asked.push(question) - 1] ?? '',
    pause: async () => {
      pauses += 1;
      if (pauses > 50) controller.abort();
      whilePausing?.();
    },
    interruption: () => controller.signal,
    printed: () => out.join('\n'),
    said: () => err.join('\n'),
    asked,
  };
}
