import type { Hazard } from '../../domain/plan.ts';
import type { Dependency } from '../../domain/catalog.ts';
import type { Catalog } from './catalog.ts';
import { fails } from './effect.ts';

const WORDS: Readonly<Record<string, string>> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
  S: 'sequence',
  c: 'type',
  i: 'index',
  I: 'index',
};

/** 2BP01 with the first things that stand in the way, by name. */
export function dependants(catalog: Catalog, what: string, stops: readonly Dependency[]): readonly Hazard[] {
  if (stops.length === 0) return [];
  const names = [...new Set(stops.map((stop) => nameOf(catalog, stop)))];
  const list = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
  return [fails('2BP01', `${list} depends on ${what}. Drop or change that first, by name; CASCADE would take it away unasked.`)];
}

function nameOf(catalog: Catalog, { by, relation }: Dependency): string {
  const owner = catalog.byId(by.kind === 'relation' ? by.id : relation);
  const on = owner === null ? '' : ` on ${catalog.show(owner)}`;
  if (by.kind === 'relation' && owner !== null) {
    const column = owner.columns.find(({ number }) => number === by.column);
    return by.column === 0
      ? `${WORDS[owner.kind] ?? 'relation'} ${catalog.show(owner)}`
      : `column ${column?.name ?? '?'} of ${catalog.show(owner)}`;
  }
  if (by.kind === 'constraint') return `constraint ${catalog.state.constraints.find(({ id }) => id === by.id)?.name ?? '?'}${on}`;
  if (by.kind === 'trigger') return `trigger ${catalog.state.triggers.find(({ id }) => id === by.id)?.name ?? '?'}${on}`;
  if (by.kind === 'function') return `function ${catalog.state.functions.find(({ id }) => id === by.id)?.name ?? '?'}`;
  return `a ${by.kind === 'other' ? 'thing' : by.kind}${on}`;
}
