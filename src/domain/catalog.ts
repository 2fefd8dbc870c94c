/**
 * What a live server knows and a statement does not say, as plain data: one snapshot for one plan. Ids are PostgreSQL's
 * oids; objects that statements of the same plan create get negative ones. Types are named `int4`, `varchar`, `s.dom`:
 * without schema when they are PostgreSQL's own.
 */
export type CatalogState = {
  readonly serverMajor: number;
  /** The id last given to an object that statements of this plan make; 0 on the server itself. */
  readonly lastId: number;
  /** Schemas in which an unqualified name is looked up, in order, without pg_catalog. */
  readonly searchPath: readonly string[];
  /** The role of the session. */
  readonly role: string;
  /** The session's TimeZone: in UTC a timestamp becomes a timestamptz without a rewrite. */
  readonly timeZone: string;
  /** Where relations without a tablespace of their own lie. */
  readonly tablespace: string;
  readonly schemas: readonly { readonly id: number; readonly name: string }[];
  readonly extensions: readonly { readonly id: number; readonly name: string }[];
  readonly relations: readonly CatalogRelation[];
  readonly constraints: readonly CatalogConstraint[];
  readonly types: readonly CatalogType[];
  readonly functions: readonly CatalogFunction[];
  readonly triggers: readonly CatalogTrigger[];
  readonly named: readonly CatalogNamed[];
  readonly casts: readonly CatalogCast[];
  readonly dependencies: readonly Dependency[];
};

/** pg_class.relkind, indexes and TOAST left out: table, partitioned table, view, materialised view, foreign table, sequence, composite type; index and partitioned index. */
export type RelationKind = 'r' | 'p' | 'v' | 'm' | 'f' | 'S' | 'c' | 'i' | 'I';

export type CatalogRelation = {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: RelationKind;
  readonly persistence: 'p' | 'u' | 't';
  readonly owner: string;
  readonly accessMethod: string | null;
  readonly tablespace: string;
  /** Bytes of the table without indexes and TOAST; 0 means no row at all. Null: not measured. */
  readonly bytes: number | null;
  /** Estimated rows; null when the table was never analysed. */
  readonly rows: number | null;
  /** Scans and changed rows a second, on average since the counters began. Null: not measured. */
  readonly callsPerSecond: number | null;
  readonly columns: readonly CatalogColumn[];
  /** Parents, as partition or by INHERITS. */
  readonly parents: readonly number[];
  readonly partition: 'none' | 'partition' | 'default';
  /** Columns of the partition key; an expression counts as `null`. */
  readonly partitionKey: readonly (string | null)[];
  /** The query of a materialised view. */
  readonly query: string | null;
  readonly index: CatalogIndex | null;
  /** Share of its range a sequence has used, 0 to 1; null for anything else. */
  readonly used: number | null;
};

export type CatalogColumn = {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  /** pg_attribute.atttypmod: -1 is no limit. */
  readonly typmod: number;
  readonly collation: string | null;
  readonly notNull: boolean;
  readonly hasDefault: boolean;
  readonly identity: boolean;
  readonly generated: 'stored' | 'virtual' | null;
};

export type CatalogIndex = {
  readonly table: number;
  readonly unique: boolean;
  readonly valid: boolean;
  readonly method: string;
  /** Key columns in order; an expression counts as null. */
  readonly columns: readonly (string | null)[];
  /** Columns that are carried along (INCLUDE). */
  readonly included: readonly string[];
  readonly expressions: string | null;
  readonly predicate: string | null;
};

export type CatalogConstraint = {
  readonly id: number;
  readonly name: string;
  /** CHECK, foreign key, primary key, unique, exclusion, NOT NULL (18). */
  readonly kind: 'c' | 'f' | 'p' | 'u' | 'x' | 'n';
  /** The relation it is on; 0 for a domain's. */
  readonly relation: number;
  /** The domain it is on. */
  readonly domain: string | null;
  readonly valid: boolean;
  readonly columns: readonly string[];
  readonly index: number;
  /** The relation a foreign key points at; 0 for anything else. */
  readonly references: number;
  readonly referencedColumns: readonly string[];
  /** What a foreign key does when the other row is deleted: no action, restrict, cascade, set null, set default. */
  readonly onDelete: 'a' | 'r' | 'c' | 'n' | 'd';
  /** The condition of a CHECK as PostgreSQL writes it. */
  readonly condition: string | null;
};

export type CatalogType = {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** Base, composite, domain, enum, range. */
  readonly kind: 'b' | 'c' | 'd' | 'e' | 'r';
  /** What a domain is made of. */
  readonly base: string | null;
  readonly baseTypmod: number;
  readonly notNull: boolean;
};

export type CatalogFunction = {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly arguments: number;
  readonly defaults: number;
  readonly volatility: 'i' | 's' | 'v';
  readonly language: string;
  /** The body of a function in SQL that PostgreSQL may put in place of the call. */
  readonly inlineable: string | null;
};

export type CatalogTrigger = { readonly id: number; readonly relation: number; readonly name: string; readonly function: string };

/** What is looked up by its name alone: policies and rules of a table, statistics and publications with the tables they are for. */
export type CatalogNamed = {
  readonly id: number;
  readonly kind: 'policy' | 'rule' | 'statistics' | 'publication';
  /** Empty for what lives in no schema. */
  readonly schema: string;
  readonly name: string;
  readonly relations: readonly number[];
};

/** How one type becomes another: by a function, through text, or without changing a byte; asked for, on assignment, or always. */
export type CatalogCast = {
  readonly source: string;
  readonly target: string;
  readonly method: 'f' | 'i' | 'b';
  readonly context: 'e' | 'a' | 'i';
};

/** The kinds of object whose dependence decides a lock or a refusal. A view's rule counts as the view. */
export type ObjectKind =
  | 'relation'
  | 'type'
  | 'function'
  | 'constraint'
  | 'trigger'
  | 'rule'
  | 'policy'
  | 'default'
  | 'extension'
  | 'language'
  | 'schema'
  | 'other';

/** `by` depends on `on`. `column` 0 is the whole object. `automatic`: goes with it unasked, without CASCADE. */
export type Dependency = {
  readonly on: { readonly kind: ObjectKind; readonly id: number; readonly column: number };
  readonly by: { readonly kind: ObjectKind; readonly id: number; readonly column: number };
  /** The relation the dependent belongs to; 0 for none. */
  readonly relation: number;
  readonly automatic: boolean;
};
