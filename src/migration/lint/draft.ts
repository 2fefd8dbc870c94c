import type {
  CatalogColumn,
  CatalogConstraint,
  CatalogIndex,
  CatalogRelation,
  CatalogState,
  Dependency,
  RelationKind,
} from '../../domain/catalog.ts';
import type { Catalog } from './catalog.ts';
import { carried, catalogOf } from './catalog.ts';
import { object } from './reach.ts';

/** A catalog while one statement changes it: every change makes a new state, so the one before stays as it was. */
export class Draft {
  #state: CatalogState;

  constructor(state: CatalogState) {
    this.#state = state;
  }

  get state(): CatalogState {
    return this.#state;
  }

  get catalog(): Catalog {
    return catalogOf(this.#state);
  }

  change(parts: Partial<CatalogState>): void {
    this.#state = { ...this.#state, ...parts };
  }

  id(): number {
    this.change({ lastId: this.#state.lastId - 1 });
    return this.#state.lastId;
  }

  relation(id: number, parts: Partial<CatalogRelation>): void {
    const from = this.#state.relations;
    const place = from.findIndex((each) => each.id === id);
    const was = from[place];
    if (was === undefined) return;
    const is = { ...was, ...parts };
    const to = from.with(place, is);
    carried.relations({ from, to, was, is });
    this.change({ relations: to });
  }

  constraint(id: number, parts: Partial<CatalogConstraint>): void {
    const from = this.#state.constraints;
    const place = from.findIndex((each) => each.id === id);
    const was = from[place];
    if (was === undefined) return;
    const is = { ...was, ...parts };
    const to = from.with(place, is);
    carried.constraints({ from, to, was, is });
    this.change({ constraints: to });
  }

  column(relation: CatalogRelation, name: string, parts: Partial<CatalogColumn>): void {
    const now = this.catalog.byId(relation.id) ?? relation;
    this.relation(relation.id, { columns: now.columns.map((each) => (each.name === name ? { ...each, ...parts } : each)) });
  }

  depends(...dependencies: readonly Dependency[]): void {
    const from = this.#state.dependencies;
    const to = [...from, ...dependencies];
    carried.dependencies({ from, to, added: dependencies });
    this.change({ dependencies: to });
  }

  /** Adds a relation with nothing in it. */
  addRelation(
    parts: { readonly schema: string; readonly name: string; readonly kind: RelationKind } & Partial<CatalogRelation>,
  ): CatalogRelation {
    const added: CatalogRelation = {
      id: this.id(),
      persistence: 'p',
      owner: '',
      accessMethod: parts.kind === 'r' || parts.kind === 'm' ? 'heap' : null,
      tablespace: this.#state.tablespace,
      bytes: 0,
      rows: 0,
      callsPerSecond: 0,
      columns: [],
      parents: [],
      partition: 'none',
      partitionKey: [],
      query: null,
      index: null,
      used: null,
      ...parts,
    };
    const from = this.#state.relations;
    const to = [...from, added];
    carried.relations({ from, to, added: [added] });
    this.change({ relations: to });
    const schema = this.#state.schemas.find(({ name }) => name === added.schema);
    if (schema !== undefined) {
      this.depends({ on: object('schema', schema.id), by: object('relation', added.id), relation: added.id, automatic: false });
    }
    return added;
  }

  addIndex(table: CatalogRelation, name: string, index: Omit<CatalogIndex, 'table'>): CatalogRelation {
    const added = this.addRelation({
      schema: table.schema,
      name,
      kind: table.kind === 'p' ? 'I' : 'i',
      index: { table: table.id, ...index },
    });
    this.depends({ on: object('relation', table.id), by: object('relation', added.id), relation: added.id, automatic: true });
    return added;
  }

  addConstraint(parts: Pick<CatalogConstraint, 'name' | 'kind' | 'relation'> & Partial<CatalogConstraint>): CatalogConstraint {
    const added: CatalogConstraint = {
      id: this.id(),
      domain: null,
      valid: true,
      columns: [],
      index: 0,
      references: 0,
      referencedColumns: [],
      onDelete: 'a',
      condition: null,
      ...parts,
    };
    const from = this.#state.constraints;
    const to = [...from, added];
    carried.constraints({ from, to, added: [added] });
    this.change({ constraints: to });
    const by = object('constraint', added.id);
    const on = [added.relation, added.references].filter((id) => id !== 0);
    this.depends(
      ...on.map((id) => ({ on: object('relation', id), by, relation: added.relation, automatic: id === added.relation })),
      ...(added.index === 0 ? [] : [{ on: by, by: object('relation', added.index), relation: added.index, automatic: true }]),
    );
    return added;
  }

  /** Takes objects out of the catalog, with all that is said about them. */
  remove(objects: readonly { readonly kind: string; readonly id: number; readonly column: number }[]): void {
    const whole = new Set(objects.filter(({ column }) => column === 0).map(({ kind, id }) => `${kind} ${id}`));
    const columns = objects.filter(({ kind, column }) => kind === 'relation' && column !== 0);
    for (const { id, column } of columns) {
      const relation = this.catalog.byId(id);
      if (relation !== null) this.relation(id, { columns: relation.columns.filter(({ number }) => number !== column) });
    }
    const stays = (kind: string) => (each: { readonly id: number }) => !whole.has(`${kind} ${each.id}`);
    const { relations, constraints, types, functions, triggers, named, schemas, extensions, dependencies } = this.#state;
    const isGone = ({ kind, id }: { readonly kind: string; readonly id: number }) => whole.has(`${kind} ${id}`);
    this.change({
      relations: kept(relations, stays('relation')),
      constraints: kept(constraints, (each) => stays('constraint')(each) && !whole.has(`relation ${each.relation}`)),
      types: kept(types, stays('type')),
      functions: kept(functions, stays('function')),
      triggers: kept(triggers, (each) => stays('trigger')(each) && !whole.has(`relation ${each.relation}`)),
      named: kept(
        named,
        (each) =>
          !whole.has(`${each.kind} ${each.id}`) && !each.relations.some((id) => whole.has(`relation ${id}`) && each.kind !== 'publication'),
      ),
      schemas: kept(schemas, stays('schema')),
      extensions: kept(extensions, stays('extension')),
      dependencies: kept(dependencies, ({ on, by }) => !isGone(on) && !isGone(by)),
    });
  }
}

/** The same list where nothing goes, so that its lookups stay. */
function kept<T>(list: readonly T[], stays: (each: T) => boolean): readonly T[] {
  return list.every(stays) ? list : list.filter(stays);
}
