import { objectWords, qualified, quoted, relationOf, wordsOf } from '../names.ts';
import { parserInUse } from '../parser.ts';
import { namedOnly, relationsRead, relationsWritten, stringsIn } from '../walk.ts';
import { publishedBy } from './after-named.ts';
import type { Catalog } from './catalog.ts';
import { danger, dependsOn, effect, fails, lock, note, warning } from './effect.ts';
import type { Effect, Judges, NodeOf } from './effect.ts';
import { family, named, roleOf } from './reach.ts';

const COMMENTED = new Set(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_INDEX', 'OBJECT_SEQUENCE', 'OBJECT_FOREIGN_TABLE']);
const COMMENTED_ON_TABLE = new Set(['OBJECT_TABCONSTRAINT', 'OBJECT_TRIGGER', 'OBJECT_RULE', 'OBJECT_POLICY']);
const UNTRUSTED = /^(?:c|internal|plperlu|plpython3?u|pltclu|plsh)$/i;

/** Comments, rights, statistics, publications and functions, rows 103, 104, 109. */
export const rightsAndComments: Judges = {
  CommentStmt: (statement) => labelled('COMMENT ON', statement),
  SecLabelStmt: (statement) => labelled('SECURITY LABEL ON', statement),
  GrantStmt(statement, { context }) {
    const relations = (statement.objects ?? []).flatMap((node) => ('RangeVar' in node ? [relationOf(node.RangeVar)] : []));
    const what = statement.is_grant === true ? 'GRANT' : 'REVOKE';
    const privileges = (statement.privileges ?? []).flatMap((node) =>
      'AccessPriv' in node ? [node.AccessPriv.priv_name?.toUpperCase() ?? ''] : [],
    );
    return effect({
      what: `${what} ${privileges.join(', ') || 'ALL'}${relations.length > 0 ? ` ON ${relations.join(', ')}` : ''}`,
      // Before 18 no lock is taken on the table.
      locks: context.serverMajor >= 18 ? lock('ACCESS SHARE', ...relations) : [],
      hazards: statement.is_grant === true ? [] : [note('revoke', 'Sessions that rely on the right fail at their next statement.')],
    });
  },
  AlterDefaultPrivilegesStmt: () => effect({ what: 'ALTER DEFAULT PRIVILEGES' }),
  AlterOwnerStmt(statement, { context: { catalog } }) {
    const name = qualified(objectWords(statement.object));
    const isComposite = statement.objectType === 'OBJECT_TYPE' && catalog?.relation(name)?.kind === 'c';
    const changes = catalog?.relation(name)?.owner !== roleOf(statement.newowner, catalog);
    return effect({
      what: `ALTER ${(statement.objectType ?? '').replace('OBJECT_', '')} ${name} OWNER TO`,
      locks: isComposite && changes ? lock('ACCESS EXCLUSIVE', name) : [],
    });
  },
  ReassignOwnedStmt: () =>
    effect({
      what: 'REASSIGN OWNED',
      blocks: 'reads+writes',
      hazards: [warning('reassign_owned', 'Takes ACCESS EXCLUSIVE on every table the role owns. Name the tables.')],
    }),
  CreateStatsStmt(statement) {
    const names = (statement.relations ?? []).flatMap((node) => ('RangeVar' in node ? [relationOf(node.RangeVar)] : []));
    return effect({
      what: `CREATE STATISTICS ${qualified(wordsOf(statement.defnames))} ON ${names.join(', ')}`,
      locks: lock('SHARE UPDATE EXCLUSIVE', ...names),
    });
  },
  AlterStatsStmt: (statement) => effect({ what: `ALTER STATISTICS ${qualified(wordsOf(statement.defnames))}` }),
  CreatePublicationStmt(statement, { context: { catalog } }) {
    const name = quoted(statement.pubname ?? '');
    const there = catalog?.namedAs('publication', name) ?? null;
    return effect({
      what: `CREATE PUBLICATION ${name}`,
      locks: lock('SHARE UPDATE EXCLUSIVE', ...publishedHere(catalog, statement)),
      hazards: there === null ? [] : [fails('42710', `there is a publication ${name} already.`)],
    });
  },
  AlterPublicationStmt(statement, { context: { catalog } }) {
    const name = quoted(statement.pubname ?? '');
    const there = catalog?.namedAs('publication', name) ?? null;
    const tables = publishedHere(catalog, statement);
    const now = catalog === undefined || there === null ? [] : named(catalog, there.relations);
    // SET takes out those that are not named any more.
    const before = statement.action === 'AP_SetObjects' ? now : [];
    const strange = statement.action === 'AP_DropObjects' && there !== null ? tables.filter((table) => !now.includes(table)) : [];
    const twice = statement.action === 'AP_AddObjects' ? tables.filter((table) => now.includes(table)) : [];
    return effect({
      what: `ALTER PUBLICATION ${name}`,
      locks: lock('SHARE UPDATE EXCLUSIVE', ...tables, ...before),
      hazards: [
        ...(catalog !== undefined && there === null ? [fails('42704', `there is no publication ${name}.`)] : []),
        ...(strange.length > 0 ? [fails('42704', `${strange.join(', ')} is not in ${name}.`)] : []),
        ...(twice.length > 0 ? [fails('42710', `${twice.join(', ')} is in ${name} already.`)] : []),
        ...(catalog === undefined && statement.action === 'AP_SetObjects' ? [dependsOn(`the tables that are in ${name} now`)] : []),
      ],
    });
  },
  CreateFunctionStmt(statement, { context: { catalog } }) {
    const name = qualified(wordsOf(statement.funcname));
    const options = (statement.options ?? []).flatMap((node) => ('DefElem' in node ? [node.DefElem] : []));
    const definer = options.some(({ defname, arg }) => defname === 'security' && JSON.stringify(arg ?? '').includes('true'));
    const pinned = options.some(({ defname, arg }) => defname === 'set' && JSON.stringify(arg ?? '').includes('"search_path"'));
    const language = options.find(({ defname }) => defname === 'language')?.arg;
    const untrusted = language !== undefined && 'String' in language && UNTRUSTED.test(language.String.sval ?? '');
    return effect({
      what: `CREATE ${statement.replace === true ? 'OR REPLACE ' : ''}${statement.is_procedure === true ? 'PROCEDURE' : 'FUNCTION'} ${name}`,
      locks: bodyLocks(statement, catalog),
      hazards: [
        ...(definer && !pinned
          ? [
              danger(
                'security_definer',
                `${name} runs with its owner's rights and looks names up where its caller says.`,
                `ALTER FUNCTION ${name} SET search_path = pg_catalog, pg_temp;  -- and the schemas it needs`,
              ),
            ]
          : []),
        ...(untrusted ? [danger('untrusted_language', `${name} is written in a language that may do anything the server may.`)] : []),
      ],
    });
  },
  AlterFunctionStmt: (statement) =>
    effect({
      what: `ALTER FUNCTION ${qualified(objectWords(statement.func === undefined ? undefined : { ObjectWithArgs: statement.func }))}`,
    }),
};

function labelled(words: string, { objtype, object }: NodeOf<'CommentStmt'> | NodeOf<'SecLabelStmt'>): Effect {
  const parts = objectWords(object);
  const kind = (objtype ?? '')
    .replace('OBJECT_', '')
    .replace('TABCONSTRAINT', 'CONSTRAINT')
    .replace('MATVIEW', 'MATERIALIZED VIEW')
    .replaceAll('_', ' ');
  if (objtype === 'OBJECT_COLUMN') {
    const table = qualified(parts.slice(0, -1));
    return effect({ what: `${words} COLUMN ${table}.${quoted(parts.at(-1) ?? '')}`, locks: lock('SHARE UPDATE EXCLUSIVE', table) });
  }
  const name = qualified(parts);
  if (COMMENTED.has(objtype ?? '')) return effect({ what: `${words} ${kind} ${name}`, locks: lock('SHARE UPDATE EXCLUSIVE', name) });
  if (COMMENTED_ON_TABLE.has(objtype ?? '')) {
    return effect({ what: `${words} ${kind} ${quoted(parts.at(-1) ?? '')}`, locks: lock('ACCESS SHARE', qualified(parts.slice(0, -1))) });
  }
  return effect({ what: `${words} ${kind} ${name}` });
}

/** The tables a publication names, with those that inherit from them unless it says ONLY. */
function publishedHere(catalog: Catalog | undefined, statement: Pick<NodeOf<'CreatePublicationStmt'>, 'pubobjects'>): readonly string[] {
  const only = namedOnly(statement.pubobjects);
  return publishedBy(statement).flatMap((name) => family(catalog, name, only.has(name) || catalog?.relation(name)?.kind === 'p'));
}

/** The body of a function in SQL is read when it is made, and the tables it names are locked as its statements would lock them. */
function bodyLocks(statement: NodeOf<'CreateFunctionStmt'>, catalog: Catalog | undefined): Effect['locks'] {
  const options = (statement.options ?? []).flatMap((node) => ('DefElem' in node ? [node.DefElem] : []));
  const language = options.find(({ defname }) => defname === 'language')?.arg;
  const isSql = statement.sql_body !== undefined || (language !== undefined && 'String' in language && language.String.sval === 'sql');
  if (!isSql) return [];
  const body = statement.sql_body ?? parsedBody(stringsIn(options.find(({ defname }) => defname === 'as')?.arg)[0]);
  const known = (names: readonly string[]) => names.filter((name) => catalog === undefined || catalog.relation(name) !== null);
  return [...lock('ACCESS SHARE', ...known(relationsRead(body))), ...lock('ROW EXCLUSIVE', ...known(relationsWritten(body)))];
}

function parsedBody(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parserInUse()?.parse(text).stmts;
  } catch {
    return undefined;
  }
}
