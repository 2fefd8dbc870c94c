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
import { catalogOf } from './catalog.ts';
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
    this.change({ relations: this.#state.relations.map((each) => (each.id === id ? { ...each, ...parts } : each)) });
  }

  constraint(id: number, parts: Partial<CatalogConstraint>): void {
    this.change({ constraints: this.#state.constraints.map((each) => (each.id === id ? { ...each, ...parts } : each)) });
  }

  column(relation: CatalogRelation, name: string, parts: Partial<CatalogColumn>): void {
    const now = this.catalog.byId(relation.id) ?? relation;
    this.relation(relation.id, { columns: now.columns.map((each) => (each.name === name ? { ...each, ...parts } : each)) });
  }

  depends(...dependencies: readonly Dependency[]): void {
    this.change({ dependencies: [...this.#state.dependencies, ...dependencies] });
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
    this.change({ relations: [...this.#state.relations, added] });
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
    this.change({ constraints: [...this.#state.constraints, added] });
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
    const { relations, constraints, types, functions, triggers, schemas, extensions, dependencies } = this.#state;
    const isGone = ({ kind, id }: { readonly kind: string; readonly id: number }) => whole.has(`${kind} ${id}`);
    this.change({
      relations: relations.filter(stays('relation')),
      constraints: constraints.filter((each) => stays('constraint')(each) && !whole.has(`relation ${each.relation}`)),
      types: types.filter(stays('type')),
      functions: functions.filter(stays('function')),
      triggers: triggers.filter((each) => stays('trigger')(each) && !whole.has(`relation ${each.relation}`)),
      schemas: schemas.filter(stays('schema')),
      extensions: extensions.filter(stays('extension')),
      dependencies: dependencies.filter(({ on, by }) => !isGone(on) && !isGone(by)),
    });
  }
}
