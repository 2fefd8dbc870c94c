/** What the live schema knows and a statement does not say. Every answer null: not known, judge the stronger case. Names as in `RelationLock`. */
export type Catalog = {
  /** The table an index belongs to. */
  readonly tableOfIndex: (index: string) => string | null;
  /** True when values of the type are checked (a domain with constraints, also indirectly): adding such a column rewrites. */
  readonly isCheckedType: (type: string) => boolean | null;
  /** True when the function is VOLATILE. */
  readonly isVolatile: (name: string) => boolean | null;
  /** Tables the foreign keys of a table point at. */
  readonly referencedBy: (table: string) => readonly string[] | null;
  /** Tables whose foreign keys point at a table. */
  readonly referencing: (table: string) => readonly string[] | null;
};
