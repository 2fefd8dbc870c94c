import { lineOf } from './checklist.ts';
import type { Acknowledgement, Evidence, ItemKey, PerItem } from './items.ts';
import type { Run } from './run.ts';

/** The newest reading of each line stands. */
export function withEvidence(run: Run, evidence: readonly Evidence[]): Run['evidence'] {
  return { ...run.evidence, ...Object.fromEntries(evidence.map((entry) => [entry.item, entry])) };
}

/** The evidence without these lines. */
export function withoutItems(run: Run, items: readonly ItemKey[]): Run['evidence'] {
  return without(run.evidence, items);
}

/** A record of lines without these. */
export function without<T>(record: PerItem<T>, items: readonly ItemKey[]): PerItem<T> {
  return Object.fromEntries(Object.entries(record).filter(([item]) => !items.includes(item as ItemKey)));
}

/** Each person's newest word counts. */
export function withWord(run: Run, item: ItemKey, word: Acknowledgement): Run['acknowledged'] {
  return { ...run.acknowledged, [item]: [...othersWords(run, item, word.by.id), word] };
}

/** What everybody but this person said on a line. */
export function othersWords(run: Run, item: ItemKey, id: string): readonly Acknowledgement[] {
  return (run.acknowledged[item] ?? []).filter(({ by }) => by.id !== id);
}

/** Lines that another kind of source fills now: what a person said is no reading, and the other way round. */
export function filledOtherwise(run: Run, plan: Run['plan']): readonly ItemKey[] {
  return Object.values(run.evidence).flatMap(({ item }) => (lineOf(plan, item)?.kind === lineOf(run.plan, item)?.kind ? [] : [item]));
}
