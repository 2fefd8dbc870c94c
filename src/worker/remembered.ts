/** The answer of at most `ms` ago; a question that failed is asked again. */
export function remembered<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | null = null;
  return () => {
    if (last === null || performance.now() - last.at > ms) {
      const asked = { at: performance.now(), answer: ask() };
      last = asked;
      asked.answer.catch(() => {
        if (last === asked) last = null;
      });
    }
    return last.answer;
  };
}
