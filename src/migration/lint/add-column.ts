import type { ColumnDef, Constraint, Node } from 'libpg-query';
import { derived, quoted, readName, relationOf, wordsOf } from '../names.ts';
import { constantText, functionsCalled } from '../walk.ts';
import { isCheckedType, sizedType } from './column-type.ts';
import { danger, dependsOn, effect, fails, lock, note, warning } from './effect.ts';
import type { CommandJudges, Effect, Judged } from './effect.ts';
import { columnAdvice } from './advice.ts';
import { columnOf, isEmpty, keyOf } from './reach.ts';
import { refusedKey } from './refused-commands.ts';
import { isSerial, typeText, userType } from './type-name.ts';
import { volatility } from './volatility.ts';
import { bracketsBehind } from './written.ts';

type Column = {
  readonly definition: ColumnDef;
  readonly constraints: readonly Constraint[];
  readonly default: Node | undefined;
  readonly table: string;
  readonly name: string;
} & Judged;

/** ADD COLUMN, rows 1–17 of the catalogue: ACCESS EXCLUSIVE always; whether it also rewrites depends on the value old rows get. */
export const addColumn: CommandJudges = {
  AT_AddColumn(command, on) {
    const definition = command.def !== undefined && 'ColumnDef' in command.def ? command.def.ColumnDef : {};
    const constraints = (definition.constraints ?? []).flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
    const name = quoted(definition.colname ?? '');
    const there = columnOf(on.context.catalog, on.table, definition.colname);
    if (there !== null) return alreadyThere(command.missing_ok === true, name, on.table);
    const column: Column = { definition, constraints, default: constraints.find(is('CONSTR_DEFAULT'))?.raw_expr, name, ...on };
    const parts = [unique, rewriting, checkedType, notNull, checking, references].flatMap((judge) => judge(column));
    const rewrites = parts.some((part) => part.rewrites.length > 0);
    const scans = rewrites || parts.some((part) => part.scans.includes(on.table));
    return effect({
      what: `ADD COLUMN ${name}`,
      locks: [
        ...lock('ACCESS EXCLUSIVE', on.table),
        ...parts.flatMap((part) => part.locks),
        ...lock('ROW EXCLUSIVE', ...sequencesOf(column.default)),
      ],
      rewrites: rewrites ? [on.table] : [],
      scans: [...new Set([...(scans ? [on.table] : []), ...parts.flatMap((part) => part.scans)])],
      hazards: [
        ...parts.flatMap((part) => part.hazards),
        ...(command.missing_ok === true ? [QUIETLY(name)] : []),
        ...columnAdvice(definition, constraints),
      ],
    });
  },
};

const is =
  (...kinds: readonly string[]) =>
  (constraint: Constraint) =>
    kinds.includes(constraint.contype ?? '');

/** Old rows get a value of their own: the whole table is written anew while nobody reads it. */
function rewriting(column: Column): readonly Effect[] {
  const { table, name, definition, constraints, context } = column;
  const rewrite = (code: string, why: string, recipe: string) => [
    effect({
      what: '',
      rewrites: [table],
      hazards: [danger(code, `${why}: ${table} is rewritten with all its indexes, and nobody reads or writes it meanwhile.`, recipe)],
    }),
  ];
  const type = typeText(definition.typeName);
  const filled = (fill: string) =>
    `ALTER TABLE ${table} ADD COLUMN ${name} ${isSerial(definition.typeName) ? 'bigint' : type};\n${fill}\n-- offpeak: backfill table=${table} key=${keyOf(context.catalog, table)}\nUPDATE ${table} SET ${name} = DEFAULT WHERE ${name} IS NULL;`;
  if (isSerial(definition.typeName) || constraints.some(is('CONSTR_IDENTITY'))) {
    const sequence = derived(`${table}.${name}`, 'seq');
    return rewrite(
      'rewrite_sequence',
      `${name} numbers the rows that are there`,
      filled(
        `CREATE SEQUENCE ${sequence} OWNED BY ${table}.${name};\nALTER TABLE ${table} ALTER COLUMN ${name} SET DEFAULT nextval('${sequence.replaceAll("'", "''")}');`,
      ),
    );
  }
  const generated = constraints.find(is('CONSTR_GENERATED'));
  if (generated !== undefined) {
    if (generated.generated_kind !== 'v') {
      return rewrite(
        'rewrite_generated',
        `${name} is computed and stored for each row`,
        `ALTER TABLE ${table} ADD COLUMN ${name} ${type};\n-- a trigger that sets ${name} for new rows, then:\n-- offpeak: backfill table=${table} key=${keyOf(context.catalog, table)}\nUPDATE ${table} SET ${name} = … WHERE ${name} IS NULL;`,
      );
    }
    return [];
  }
  if (column.default === undefined) return [];
  const { volatile, unknown } = volatility(column.default, context.catalog);
  const functions = [...volatile, ...unknown];
  if (functions.length === 0) return [];
  const depends = volatile.length > 0 ? [] : [effect({ what: '', hazards: [dependsOn(`the volatility of ${unknown.join(', ')}`)] })];
  return [
    ...rewrite(
      'rewrite_volatile_default',
      `The default calls ${functions.join(', ')} anew for each row`,
      filled(`ALTER TABLE ${table} ALTER COLUMN ${name} SET DEFAULT ${defaultText(column.default)};`),
    ),
    ...depends,
  ];
}

function defaultText(expression: Node): string {
  const [call, ...others] = functionsCalled(expression);
  if (!('FuncCall' in expression) || call === undefined || others.length > 0) return '…';
  const args = call.args.map(constantText);
  return args.includes(null) ? '…' : `${call.name}(${args.map((text) => `'${(text ?? '').replaceAll("'", "''")}'`).join(', ')})`;
}

/** A domain with a constraint is checked for every row, which PostgreSQL does by rewriting, default or not (row 15). */
function checkedType({ definition, table, context }: Column): readonly Effect[] {
  const type = userType(definition.typeName);
  // An array of a domain is checked when it is written, and there is nothing in it yet.
  if (type === null || (definition.typeName?.arrayBounds ?? []).length > 0) return [];
  const checked = context.catalog === undefined ? null : isCheckedType(context.catalog, type);
  if (checked === false) return [];
  return [
    effect({
      what: '',
      rewrites: [table],
      hazards: [
        (checked === true ? danger : warning)(
          'rewrite_domain',
          `${type}${checked === true ? ' is' : ', when it is'} a domain with a constraint, ${checked === true ? 'so' : ''} ${table} is rewritten and nobody reads or writes it meanwhile.`.replace(
            '  ',
            ' ',
          ),
          `-- use the base type, and\nALTER TABLE ${table} ADD CONSTRAINT … CHECK (…) NOT VALID;\n-- in a later file: VALIDATE it`,
        ),
        ...(checked === null ? [dependsOn(`whether ${type} is a domain with a constraint (an enum is not)`)] : []),
      ],
    }),
  ];
}

/** Rows that are there would have no value. */
function notNull({ constraints, definition, name, table, default: given, context }: Column): readonly Effect[] {
  const relation = context.catalog?.relation(table) ?? null;
  if (context.catalog !== undefined && relation !== null && isEmpty(context.catalog, relation)) return [];
  const wanted = constraints.find(is('CONSTR_NOTNULL', 'CONSTR_PRIMARY'));
  const isNull = given !== undefined && 'A_Const' in given && given.A_Const.isnull === true;
  const filled =
    (given !== undefined && !isNull) || isSerial(definition.typeName) || constraints.some(is('CONSTR_IDENTITY', 'CONSTR_GENERATED'));
  if (wanted === undefined || filled) return [];
  const recipe = `ALTER TABLE ${table} ADD COLUMN ${name} ${typeText(definition.typeName)};\n-- fill it, then:\nALTER TABLE ${table} ADD CONSTRAINT ${derived(name, 'set')} CHECK (${name} IS NOT NULL) NOT VALID;\n-- in a later file:\nALTER TABLE ${table} VALIDATE CONSTRAINT ${derived(name, 'set')};\nALTER TABLE ${table} ALTER COLUMN ${name} SET NOT NULL;`;
  return [
    effect({
      what: '',
      hazards: [fails('23502', `${table} has rows, and they would have no ${name}. It works only on an empty table.`, recipe)],
    }),
  ];
}

function checking({ constraints, table, name, definition, default: given, sql }: Column): readonly Effect[] {
  if (!constraints.some((constraint) => is('CONSTR_CHECK')(constraint) && constraint.skip_validation !== true)) return [];
  const check = derived(`${table}.${name}`, 'check');
  const column = `ALTER TABLE ${table} ADD COLUMN ${name} ${typeText(definition.typeName)};`;
  const recipe = `${given === undefined ? column : '-- add the column alone, then:'}\nALTER TABLE ${table} ADD CONSTRAINT ${check} CHECK (${bracketsBehind(sql, 'check') ?? '…'}) NOT VALID;\n-- in a later file:\nALTER TABLE ${table} VALIDATE CONSTRAINT ${check};`;
  return [
    effect({
      what: '',
      scans: [table],
      hazards: [warning('scan_check', `Every row of ${table} is checked while nobody reads or writes it.`, recipe)],
    }),
  ];
}

function unique({ constraints, table, name, definition, context }: Column): readonly Effect[] {
  const found = constraints.find(is('CONSTR_UNIQUE', 'CONSTR_PRIMARY'));
  if (found === undefined) return [];
  const relation = context.catalog?.relation(table) ?? null;
  const on = relation === null ? [] : (context.catalog?.constraintsOn(relation.id) ?? []);
  const refused = [
    ...(found.contype === 'CONSTR_PRIMARY' && on.some((each) => each.kind === 'p')
      ? [fails('42P16', `${table} has a primary key already.`)]
      : []),
    ...(relation?.kind === 'p' ? [fails('0A000', `${table} is partitioned, and its key does not contain the partition key.`)] : []),
  ];
  const kind = found.contype === 'CONSTR_UNIQUE' ? 'UNIQUE' : 'PRIMARY KEY';
  const recipe = `ALTER TABLE ${table} ADD COLUMN ${name} ${isSerial(definition.typeName) ? 'bigint' : typeText(definition.typeName)};\n-- in a later file:\nCREATE UNIQUE INDEX CONCURRENTLY ${derived(name, 'key')} ON ${table} (${name});\nALTER TABLE ${table} ADD ${kind} USING INDEX ${derived(name, 'key')};`;
  return [
    effect({
      what: '',
      scans: [table],
      hazards: [...refused, warning('index_under_lock', `The index of ${kind} is built while nobody reads or writes ${table}.`, recipe)],
    }),
  ];
}

/** The referenced table loses writes too; with a default both tables are also read (rows 13, 14). */
function references({ constraints, table, name, definition, context, default: given }: Column): readonly Effect[] {
  return constraints.filter(is('CONSTR_FOREIGN')).map((constraint) => {
    const parent = relationOf(constraint.pktable);
    // With DEFAULT NULL there is nothing to look up on the other side.
    const isNull = given !== undefined && 'A_Const' in given && given.A_Const.isnull === true;
    const scans = given === undefined || constraint.skip_validation === true ? [] : isNull ? [table] : [parent, table];
    const key = derived(`${table}.${name}`, 'fkey');
    const target = wordsOf(constraint.pk_attrs).map(quoted).join(', ');
    const type = isSerial(definition.typeName) ? 'bigint' : typeText(definition.typeName);
    const recipe = `ALTER TABLE ${table} ADD COLUMN ${name} ${type};\n-- in a later file:\nALTER TABLE ${table} ADD CONSTRAINT ${key} FOREIGN KEY (${name}) REFERENCES ${parent}${target === '' ? '' : ` (${target})`} NOT VALID;\n-- in a later file:\nALTER TABLE ${table} VALIDATE CONSTRAINT ${key};`;
    const hazard = warning(
      'locks_parent',
      `Writes to ${parent} wait as well${scans.length > 0 ? ', while both tables are read' : ''}.`,
      recipe,
    );
    const refused =
      context.catalog === undefined
        ? []
        : refusedKey(context.catalog, { parent, columns: wordsOf(constraint.pk_attrs), types: [keyType(definition, context)] });
    return effect({ what: '', locks: lock('SHARE ROW EXCLUSIVE', parent), scans, hazards: [...refused, hazard] });
  });
}

function keyType(definition: ColumnDef, { catalog }: Column['context']): string | undefined {
  return catalog === undefined ? undefined : isSerial(definition.typeName) ? 'int8' : sizedType(catalog, definition.typeName).type;
}

const QUIETLY = (name: string) =>
  note(
    'if_not_exists',
    `Waits for its lock even when ${name} is there already, and then says nothing about its type. Leave IF NOT EXISTS away.`,
  );

/** The column is there: with IF NOT EXISTS only the lock is taken, without it the statement fails. */
function alreadyThere(missingOk: boolean, name: string, table: string): Effect {
  const hazard = missingOk
    ? warning('if_not_exists', `${table} has a column ${name} already: this changes nothing, and still waits for its lock. Remove it.`)
    : fails('42701', `${table} has a column ${name} already.`);
  return effect({ what: `ADD COLUMN ${name}`, locks: lock('ACCESS EXCLUSIVE', table), hazards: [hazard] });
}

/** Sequences a default draws from by name. */
export function sequencesOf(expression: unknown): readonly string[] {
  return functionsCalled(expression)
    .filter(({ name }) => name === 'nextval' || name === 'setval' || name === 'currval')
    .map(({ args }) => readName(constantText(args[0]) ?? ''))
    .filter((name) => name !== null);
}
