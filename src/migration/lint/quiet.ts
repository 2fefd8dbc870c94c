import { quoted, relationOf } from '../names.ts';
import { danger, effect, fails, note } from './effect.ts';
import { roleOf } from './reach.ts';
import type { Effect, Judges, NodeKind } from './effect.ts';

/** Statements that lock no table that was there: new objects of their own kind, and the session's own affairs. */
const QUIET: Partial<Record<NodeKind, string>> = {
  DefineStmt: 'CREATE an operator, aggregate, collation or text search object',
  CreateCastStmt: 'CREATE CAST',
  CreateConversionStmt: 'CREATE CONVERSION',
  CreateOpClassStmt: 'CREATE OPERATOR CLASS',
  CreateOpFamilyStmt: 'CREATE OPERATOR FAMILY',
  AlterOpFamilyStmt: 'ALTER OPERATOR FAMILY',
  AlterOperatorStmt: 'ALTER OPERATOR',
  AlterCollationStmt: 'ALTER COLLATION',
  AlterTSDictionaryStmt: 'ALTER TEXT SEARCH DICTIONARY',
  AlterTSConfigurationStmt: 'ALTER TEXT SEARCH CONFIGURATION',
  CreateFdwStmt: 'CREATE FOREIGN DATA WRAPPER',
  CreateForeignServerStmt: 'CREATE SERVER',
  AlterForeignServerStmt: 'ALTER SERVER',
  CreateUserMappingStmt: 'CREATE USER MAPPING',
  CreatePLangStmt: 'CREATE LANGUAGE',
  CreateTransformStmt: 'CREATE TRANSFORM',
  CreateAmStmt: 'CREATE ACCESS METHOD',
  CreateSubscriptionStmt: 'CREATE SUBSCRIPTION',
  AlterSubscriptionStmt: 'ALTER SUBSCRIPTION',
  NotifyStmt: 'NOTIFY',
  ListenStmt: 'LISTEN',
  UnlistenStmt: 'UNLISTEN',
  VariableShowStmt: 'SHOW',
  DiscardStmt: 'DISCARD',
  DeallocateStmt: 'DEALLOCATE',
  ConstraintsSetStmt: 'SET CONSTRAINTS',
};

/** A settled verdict for each quiet kind, and for SET. */
export const quiet: Judges = {
  ...Object.fromEntries(Object.entries(QUIET).map(([kind, what]) => [kind, (): Effect => effect({ what })])),
  CreateSchemaStmt(statement, judged) {
    const name = quoted(statement.schemaname ?? roleOf(statement.authrole, judged.context.catalog) ?? '');
    const there = judged.context.catalog?.state.schemas.some((each) => quoted(each.name) === name) === true;
    const inside = (statement.schemaElts ?? []).map((element) => judged.judge(element, judged.sql));
    const made = new Set(
      (statement.schemaElts ?? []).flatMap((node) => ('CreateStmt' in node ? [relationOf(node.CreateStmt.relation)] : [])),
    );
    return effect({
      what: `CREATE SCHEMA ${name}`,
      locks: inside.flatMap(({ locks }) => locks).filter(({ relation }) => !made.has(relation)),
      hazards: [
        ...(there && statement.if_not_exists !== true ? [fails('42P06', `there is a schema ${name} already.`)] : []),
        ...inside.flatMap(({ hazards }) => hazards),
      ],
    });
  },
  // Only lint meets one: a plan takes the pairs away and refuses the rest.
  TransactionStmt: (statement) => effect({ what: (statement.kind ?? '').replace('TRANS_STMT_', '').replaceAll('_', ' ') }),
  VariableSetStmt(statement) {
    const name = statement.name ?? '';
    return effect({
      what: `${statement.kind === 'VAR_RESET' ? 'RESET' : 'SET'} ${name}`,
      hazards: [
        ...(name === 'session_replication_role'
          ? [danger('foreign_keys_off', 'Turns triggers and foreign keys off; wrong rows get in and stay.')]
          : []),
        ...(name === 'search_path' ? [note('search_path', 'Names without a schema mean something else from here on.')] : []),
      ],
    });
  },
};
