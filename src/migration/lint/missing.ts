import type { Hazard } from '../../domain/plan.ts';
import { quoted } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { fails } from './effect.ts';

/** Whether a table has a trigger, rule or policy of that name; true where that is not known. */
export function hasOn(catalog: Catalog | undefined, type: string, table: string, name: string | undefined): boolean {
  const relation = catalog?.relation(table) ?? null;
  if (catalog === undefined || relation === null || name === undefined) return true;
  if (type.endsWith('TRIGGER')) {
    // A partition has its parent's triggers; before 15 the catalog counts those as PostgreSQL's own.
    const family = [relation.id, ...(relation.partition === 'none' ? [] : relation.parents)];
    return family.some((id) => catalog.triggersOn(id).some((each) => each.name === name));
  }
  return catalog.namedOn(type.endsWith('RULE') ? 'rule' : 'policy', relation.id, name) !== null;
}

/** 42704 for a trigger, rule or policy that is not there. */
export function missingOn(catalog: Catalog | undefined, type: string, table: string, name: string | undefined): readonly Hazard[] {
  if (hasOn(catalog, type, table, name)) return [];
  return [fails('42704', `${table} has no ${type.replace('OBJECT_', '').toLowerCase()} ${quoted(name ?? '')}.`)];
}

/** 42710 for one that is there already. */
export function takenOn(catalog: Catalog | undefined, type: string, table: string, name: string | undefined): readonly Hazard[] {
  const relation = catalog?.relation(table) ?? null;
  if (relation === null || name === undefined || !hasOn(catalog, type, table, name)) return [];
  return [fails('42710', `${table} has a ${type.replace('OBJECT_', '').toLowerCase()} ${quoted(name)} already.`)];
}
