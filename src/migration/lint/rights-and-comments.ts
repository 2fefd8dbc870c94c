import { objectWords, qualified, quoted, relationOf, wordsOf } from '../names.ts';
import { danger, effect, lock, note, warning } from './effect.ts';
import type { Effect, Judges, NodeOf } from './effect.ts';

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
  AlterOwnerStmt: (statement) =>
    effect({ what: `ALTER ${(statement.objectType ?? '').replace('OBJECT_', '')} ${qualified(objectWords(statement.object))} OWNER TO` }),
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
  CreatePublicationStmt: (statement) => publication(`CREATE PUBLICATION ${quoted(statement.pubname ?? '')}`, statement.pubobjects),
  AlterPublicationStmt: (statement) => publication(`ALTER PUBLICATION ${quoted(statement.pubname ?? '')}`, statement.pubobjects),
  CreateFunctionStmt(statement) {
    const name = qualified(wordsOf(statement.funcname));
    const options = (statement.options ?? []).flatMap((node) => ('DefElem' in node ? [node.DefElem] : []));
    const definer = options.some(({ defname, arg }) => defname === 'security' && JSON.stringify(arg ?? '').includes('true'));
    const pinned = options.some(({ defname, arg }) => defname === 'set' && JSON.stringify(arg ?? '').includes('"search_path"'));
    const language = options.find(({ defname }) => defname === 'language')?.arg;
    const untrusted = language !== undefined && 'String' in language && UNTRUSTED.test(language.String.sval ?? '');
    return effect({
      what: `CREATE ${statement.replace === true ? 'OR REPLACE ' : ''}${statement.is_procedure === true ? 'PROCEDURE' : 'FUNCTION'} ${name}`,
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

function publication(what: string, objects: NodeOf<'CreatePublicationStmt'>['pubobjects']): Effect {
  const names = (objects ?? []).flatMap((node) =>
    'PublicationObjSpec' in node && node.PublicationObjSpec.pubtable !== undefined
      ? [relationOf(node.PublicationObjSpec.pubtable.relation)]
      : [],
  );
  return effect({ what, locks: lock('SHARE UPDATE EXCLUSIVE', ...names) });
}
