import type { CatalogColumn, CatalogRelation } from '../../domain/catalog.ts';
import { quoted } from '../names.ts';
import type { Catalog } from './catalog.ts';

/**
 * Whether PostgreSQL can tell without reading a row that a column holds no NULL: it is NOT NULL already, or a valid CHECK
 * says so among conditions joined by AND.
 */
export function isProvedNotNull(catalog: Catalog, relation: CatalogRelation, column: CatalogColumn): boolean {
  const constraints = catalog.constraintsOn(relation.id);
  const unproved = constraints.some(({ kind, valid, columns }) => kind === 'n' && !valid && columns.includes(column.name));
  if (column.notNull && !unproved) return true;
  return provedConditions(catalog, relation).some((condition) => condition === `${quoted(column.name)} IS NOT NULL`);
}

/** Whether a CHECK of a table was not read, because somebody held the table: it might be the proof. */
export function mayBeProved(catalog: Catalog, relation: CatalogRelation): boolean {
  return catalog.constraintsOn(relation.id).some(({ kind, valid, condition }) => kind === 'c' && valid && condition === null);
}

/** What valid CHECKs of a table say of every row: each condition on its own, as PostgreSQL writes it, without brackets around it. */
export function provedConditions(catalog: Catalog, relation: CatalogRelation): readonly string[] {
  return catalog
    .constraintsOn(relation.id)
    .filter(({ kind, valid }) => kind === 'c' && valid)
    .flatMap(({ condition }) => conjuncts(condition ?? ''));
}

/** The parts of a condition that AND joins on its outermost level. */
function conjuncts(condition: string): readonly string[] {
  const inner = unbracketed(condition.trim());
  const parts: string[] = [];
  let [depth, from, inQuotes] = [0, 0, ''];
  for (let at = 0; at < inner.length; at += 1) {
    const character = inner.charAt(at);
    if (inQuotes !== '') {
      if (character === inQuotes) inQuotes = '';
    } else if (character === "'" || character === '"') inQuotes = character;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (depth === 0 && /^ OR /i.test(inner.slice(at, at + 4))) return [inner];
    else if (depth === 0 && /^ AND /i.test(inner.slice(at, at + 5))) {
      parts.push(inner.slice(from, at));
      from = at + 5;
    }
  }
  parts.push(inner.slice(from));
  return parts.length === 1 ? parts : parts.flatMap(conjuncts);
}

/** Without the one pair of brackets that holds all of it. */
function unbracketed(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) return text;
  let [depth, inQuotes] = [0, ''];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (inQuotes !== '') {
      if (character === inQuotes) inQuotes = '';
    } else if (character === "'" || character === '"') inQuotes = character;
    else if (character === '(') depth += 1;
    else if (character === ')') {
      depth -= 1;
      if (depth === 0 && at < text.length - 1) return text;
    }
  }
  return unbracketed(text.slice(1, -1).trim());
}
