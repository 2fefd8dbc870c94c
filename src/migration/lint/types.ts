import { qualified, wordsOf } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { dependsOn, effect, lock, note, warning } from './effect.ts';
import type { Judges } from './effect.ts';

/** Types and domains, rows 110–113. */
export const types: Judges = {
  CreateEnumStmt: (statement) => effect({ what: `CREATE TYPE ${qualified(wordsOf(statement.typeName))} AS ENUM` }),
  CompositeTypeStmt: (statement) => effect({ what: `CREATE TYPE ${statement.typevar?.relname ?? ''}` }),
  CreateRangeStmt: (statement) => effect({ what: `CREATE TYPE ${qualified(wordsOf(statement.typeName))} AS RANGE` }),
  CreateDomainStmt: (statement) => effect({ what: `CREATE DOMAIN ${qualified(wordsOf(statement.domainname))}` }),
  AlterTypeStmt: (statement) => effect({ what: `ALTER TYPE ${qualified(wordsOf(statement.typeName))} SET (…)` }),
  AlterEnumStmt(statement) {
    const type = qualified(wordsOf(statement.typeName));
    if (statement.oldVal !== undefined) {
      return effect({
        what: `ALTER TYPE ${type} RENAME VALUE '${statement.oldVal}'`,
        hazards: [warning('app_break', `Takes no table lock, yet code that writes or compares '${statement.oldVal}' fails at once.`)],
      });
    }
    return effect({
      what: `ALTER TYPE ${type} ADD VALUE '${statement.newVal ?? ''}'`,
      hazards: [
        note('irreversible', 'PostgreSQL cannot remove an enum value again; no down script can undo it.'),
        ...(statement.newValNeighbor === undefined
          ? [
              note(
                'enum_order',
                `It sorts behind every value there is. Say where it belongs: ADD VALUE '${statement.newVal ?? ''}' BEFORE '…'.`,
              ),
            ]
          : []),
      ],
    });
  },
  AlterDomainStmt(statement, { context: { catalog } }) {
    const domain = qualified(wordsOf(statement.typeName));
    const words: Readonly<Record<string, string>> = {
      C: 'ADD CONSTRAINT',
      O: 'SET NOT NULL',
      V: 'VALIDATE CONSTRAINT',
      N: 'DROP NOT NULL',
      T: 'DEFAULT',
      X: 'DROP CONSTRAINT',
    };
    const subtype = statement.subtype ?? '';
    const what = `ALTER DOMAIN ${domain} ${words[subtype] ?? ''}`;
    const quick = statement.def !== undefined && 'Constraint' in statement.def && statement.def.Constraint.skip_validation === true;
    if (!['C', 'O', 'V'].includes(subtype) || quick) return effect({ what: `${what}${quick ? ' NOT VALID' : ''}` });
    const tables = catalog === undefined ? null : tablesUsing(catalog, domain);
    return effect({
      what,
      locks: lock('SHARE', ...(tables ?? [])),
      scans: tables ?? [],
      blocks: tables === null ? 'writes' : null,
      hazards:
        tables !== null && tables.length === 0
          ? []
          : [
              warning(
                'domain_scan',
                `Writes to ${tables === null ? 'every table with a column of' : `${tables.join(', ')}, which have columns of`} ${domain}${tables === null ? '' : ','} wait while it is read, with VALIDATE too. Move the check to the tables: CHECK … NOT VALID, then VALIDATE.`,
              ),
              ...(tables === null ? [dependsOn(`the tables that use ${domain}`)] : []),
            ],
    });
  },
};

/** Tables and materialised views with a column of a domain, or of a domain made from it. */
function tablesUsing(catalog: Catalog, domain: string): readonly string[] {
  const made = new Set([catalog.typeKey(domain)]);
  for (let size = 0; size !== made.size;) {
    size = made.size;
    for (const { schema, name, base } of catalog.state.types) if (base !== null && made.has(base)) made.add(`${schema}.${name}`);
  }
  return catalog.state.relations
    .filter(({ kind, columns }) => 'rm'.includes(kind) && columns.some(({ type }) => made.has(type)))
    .map(catalog.show);
}
