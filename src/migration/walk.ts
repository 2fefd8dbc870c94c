import type { RangeVar } from 'libpg-query';
import { relationOf, wordsOf } from './names.ts';

type Tree = Readonly<Record<string, unknown>>;

/** Calls `visit` for every object of a syntax tree with the key it stands under; `visit` answers false to stay out of it. */
export function walk(tree: unknown, visit: (key: string, value: Tree) => boolean | void, key = ''): void {
  if (Array.isArray(tree)) {
    for (const entry of tree) walk(entry, visit, key);
    return;
  }
  if (tree === null || typeof tree !== 'object') return;
  if (visit(key, tree as Tree) === false) return;
  for (const [child, value] of Object.entries(tree)) walk(value, visit, child);
}

/** The tables an expression or query reads, without the names its WITH clauses give. */
export function relationsRead(tree: unknown): readonly string[] {
  const names = new Set<string>();
  const own = new Set<string>();
  walk(tree, (key, value) => {
    if (key === 'CommonTableExpr' && typeof value['ctename'] === 'string') own.add(value['ctename']);
    if (key === 'intoClause') return false;
    if (key === 'RangeVar') names.add(relationOf(value));
    return true;
  });
  return [...names].filter((name) => !own.has(name));
}

/** Tables that are named with ONLY wherever they are named. */
export function namedOnly(tree: unknown): ReadonlySet<string> {
  const [only, whole] = [new Set<string>(), new Set<string>()];
  walk(tree, (key, value) => {
    if (key === 'RangeVar') (value['inh'] === true ? whole : only).add(relationOf(value));
  });
  return new Set([...only].filter((name) => !whole.has(name)));
}

/** The tables that INSERT, UPDATE, DELETE and MERGE inside a WITH clause change. */
export function relationsWritten(tree: unknown): readonly string[] {
  const names = new Set<string>();
  walk(tree, (key, value) => {
    if (/^(?:Insert|Update|Delete|Merge)Stmt$/.test(key)) names.add(relationOf(value['relation'] as RangeVar | undefined));
  });
  return [...names];
}

/** Every function an expression or query calls: its name without schema pg_catalog, and its arguments. */
export function functionsCalled(tree: unknown): readonly { readonly name: string; readonly args: readonly unknown[] }[] {
  const calls: { name: string; args: readonly unknown[] }[] = [];
  walk(tree, (key, value) => {
    if (key !== 'FuncCall' && key !== 'funccall') return;
    const words = wordsOf(value['funcname'] as Parameters<typeof wordsOf>[0]);
    const name = (words[0] === 'pg_catalog' ? words.slice(1) : words).join('.');
    calls.push({ name, args: (value['args'] as readonly unknown[] | undefined) ?? [] });
  });
  return calls;
}

/** Every string constant and function body in a tree. */
export function stringsIn(tree: unknown): readonly string[] {
  const strings: string[] = [];
  walk(tree, (_, value) => {
    if (typeof value['sval'] === 'string') strings.push(value['sval']);
  });
  return strings;
}

/** The text of a constant like `'s.sq'` or `'s.sq'::regclass`; null for anything else. */
export function constantText(node: unknown): string | null {
  if (node === null || typeof node !== 'object') return null;
  if ('TypeCast' in node) return constantText((node.TypeCast as Tree)['arg']);
  if (!('A_Const' in node)) return null;
  const value = (node.A_Const as Tree)['sval'];
  return value !== null && typeof value === 'object' && 'sval' in value && typeof value.sval === 'string' ? value.sval : null;
}
