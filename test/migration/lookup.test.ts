import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lookup } from '../../src/migration/lint/lookup.ts';

type Item = { readonly key: number; readonly other: number; readonly n: number };
type Step = { readonly kind: 'add' | 'swap' | 'move' | 'drop'; readonly at: number; readonly item: Item };

const ITEM = fc.record({ key: fc.nat(3), other: fc.nat(3), n: fc.nat() });
const STEP: fc.Arbitrary<Step> = fc.record({ kind: fc.constantFrom('add', 'swap', 'move', 'drop'), at: fc.nat(9), item: ITEM });

const keysOf = ({ key, other }: Item) => [key, other];

/** The list after one step; what can be carried is. */
function after(asked: ReturnType<typeof lookup<Item>>, from: readonly Item[], { kind, at, item }: Step): readonly Item[] {
  const was = from[at];
  if (kind === 'add' || was === undefined) {
    const to = [...from, item];
    asked.carry({ from, to, added: [item] });
    return to;
  }
  if (kind === 'drop') return from.filter((each) => each !== was);
  const is = kind === 'move' ? item : { ...was, n: item.n };
  const to = from.with(at, is);
  asked.carry({ from, to, was, is });
  return to;
}

const byHand = (list: readonly Item[], key: number) => list.flatMap((each) => keysOf(each).flatMap((own) => (own === key ? [each] : [])));

describe('a lookup', () => {
  test('answers every list of a history as one built afresh, whatever was carried and whichever list is asked', () => {
    fc.assert(
      fc.property(fc.array(ITEM, { maxLength: 6 }), fc.array(fc.tuple(STEP, fc.nat(9)), { maxLength: 12 }), (first, steps) => {
        const asked = lookup(keysOf);
        const lists: (readonly Item[])[] = [first];
        for (const [step, ask] of steps) {
          lists.push(after(asked, lists.at(-1) ?? first, step));
          const list = lists[lists.length - 1 - (ask % lists.length)] ?? first;
          for (const key of [0, 1, 2, 3]) expect(asked.all(list, key)).toEqual(byHand(list, key));
        }
      }),
    );
  });

  test('an answer somebody holds does not change when the list goes on', () => {
    const asked = lookup(keysOf);
    const from = [{ key: 1, other: 2, n: 1 }];
    const held = asked.all(from, 1);
    const added = { key: 1, other: 3, n: 2 };
    asked.carry({ from, to: [...from, added], added: [added] });
    expect(held).toEqual(from);
  });
});
