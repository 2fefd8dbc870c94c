import type { Constraint } from 'libpg-query';
import type { CatalogConstraint } from '../../domain/catalog.ts';
import type { Hazard } from '../../domain/plan.ts';
import { derived, nameParts, quoted, wordsOf } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { fails, type Judged } from './effect.ts';
import { bracketsBehind } from './written.ts';

/** The table a constraint is added to, and whether the statement has no other command. */
export type On = { readonly table: string; readonly alone: boolean } & Judged;

/** The constraint of that name on a table; `missing` when there is none, null without a catalog that knows the table. */
export function constraintOf(catalog: Catalog | undefined, table: string, name: string | undefined): CatalogConstraint | 'missing' | null {
  const relation = catalog?.relation(table) ?? null;
  if (catalog === undefined || relation === null) return null;
  return catalog.constraintsOn(relation.id).find((each) => each.name === name) ?? 'missing';
}

/** What its ADD says before its kind. */
export const nameOf = (constraint: Constraint) => (constraint.conname === undefined ? '' : `CONSTRAINT ${quoted(constraint.conname)} `);

/** The name PostgreSQL gives a foreign key that has none. */
function unnamed({ contype, fk_attrs: columns }: Constraint, table: string): string {
  return contype === 'CONSTR_FOREIGN' ? derived([nameParts(table)[1], ...wordsOf(columns)].join('_'), 'fkey') : '…';
}

/** The statement with NOT VALID behind it, when it has no other command. */
export function inTwoSteps(constraint: Constraint, { table, alone, sql }: On): string {
  const name = constraint.conname === undefined ? unnamed(constraint, table) : quoted(constraint.conname);
  const condition = constraint.contype === 'CONSTR_CHECK' ? bracketsBehind(sql, 'check') : null;
  const written = condition === null ? '…' : `CHECK (${condition})`;
  const first = alone ? `${sql} NOT VALID;` : `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${written} NOT VALID;`;
  return `${first}\n-- in a later file:\nALTER TABLE ${table} VALIDATE CONSTRAINT ${name};`;
}

/** A constraint of that name is there already. */
export function taken(constraint: Constraint, { table, context }: On): readonly Hazard[] {
  const found = constraint.conname === undefined ? null : constraintOf(context.catalog, table, constraint.conname);
  return found === null || found === 'missing'
    ? []
    : [fails('42710', `${table} has a constraint ${quoted(constraint.conname ?? '')} already.`)];
}
