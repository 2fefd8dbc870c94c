/** More letters apart than this is no typing mistake. */
const FARTHEST = 3;

/** The word that somebody probably meant; null when none is near. */
export function nearest<Word extends string>(said: string, words: readonly Word[]): Word | null {
  const ranked = words.map((word) => ({ word, apart: distance(said, word) })).toSorted((a, b) => a.apart - b.apart);
  const [best] = ranked;
  return best === undefined || best.apart > Math.min(FARTHEST, best.word.length - 1) ? null : best.word;
}

/** Levenshtein's: how many letters must be added, left out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of a.split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of b.split('').entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
