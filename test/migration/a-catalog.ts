import type { CatalogRelation, CatalogState } from '../../src/domain/catalog.ts';
import { stateAfter } from '../../src/migration/lint/after.ts';
import { parsed } from './judge.ts';

/** An empty database. */
export const EMPTY_CATALOG: CatalogState = {
  serverMajor: 17,
  lastId: 0,
  searchPath: ['public'],
  role: 'postgres',
  timeZone: 'Europe/Berlin',
  tablespace: 'pg_default',
  schemas: [{ id: -1000, name: 'public' }],
  extensions: [],
  relations: [],
  constraints: [],
  types: [],
  functions: [],
  triggers: [],
  named: [],
  casts: [
    { source: 'int4', target: 'int8', method: 'f', context: 'i' },
    { source: 'varchar', target: 'text', method: 'b', context: 'i' },
  ],
  dependencies: [],
};

/** A catalog as these statements would leave an empty database, with tables of this size and use. */
export async function aCatalog(sql: string, tables: Readonly<Record<string, Partial<CatalogRelation>>> = {}): Promise<CatalogState> {
  const state = (await parsed(sql)).reduce((before, { node }) => stateAfter(before, node), EMPTY_CATALOG);
  return { ...state, relations: state.relations.map((relation) => ({ ...relation, ...tables[relation.name] })) };
}
