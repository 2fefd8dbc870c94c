import type { Node } from 'libpg-query';
import { objectWords, qualified, relationOf, wordsOf } from '../names.ts';
import { parserInUse } from '../parser.ts';
import type { Parser } from '../parser.ts';
import { constantText, walk } from '../walk.ts';
import { effect, lock, note, warning } from './effect.ts';
import type { Effect, Judged, Judges } from './effect.ts';
import { foreignFunctions } from './volatility.ts';

const HIDDEN = 'What it does is not in the statement: no lock can be named before it ran. The rehearsal’s trace decides.';

/** Code of which the statements that are written out can be judged, and the rest only traced (row 120). Never read as harmless. */
export const opaque: Judges = {
  DoStmt: (_, judged) => doBlock(judged),
  CallStmt: (statement) => hidden(`CALL ${qualified(wordsOf(statement.funccall?.funcname))}`),
  ExecuteStmt: () => hidden('EXECUTE'),
  PrepareStmt: (statement, judged) => planned(`PREPARE ${statement.name ?? ''}`, statement.query, judged),
  DeclareCursorStmt: (statement, judged) => planned(`DECLARE ${statement.portalname ?? ''}`, statement.query, judged),
  ExplainStmt(statement, judged) {
    const runs = (statement.options ?? []).some(
      (node) =>
        'DefElem' in node && node.DefElem.defname === 'analyze' && !/"(?:false|off|0)"/.test(JSON.stringify(node.DefElem.arg ?? '')),
    );
    if (!runs || statement.query === undefined) return planned('EXPLAIN', statement.query, judged);
    const done = judged.judge(statement.query, judged.sql);
    return { ...done, what: `EXPLAIN ANALYZE ${done.what}` };
  },
  AlterExtensionContentsStmt(statement) {
    const isRelation = /TABLE|VIEW|SEQUENCE|INDEX/.test(statement.objtype ?? '');
    return effect({
      what: `ALTER EXTENSION ${statement.extname ?? ''} ${statement.action === 1 ? 'ADD' : 'DROP'}`,
      locks: isRelation ? lock('SHARE UPDATE EXCLUSIVE', qualified(objectWords(statement.object))) : [],
    });
  },
  AlterObjectDependsStmt(statement) {
    const what = 'DEPENDS ON EXTENSION';
    if (statement.relation === undefined) return effect({ what });
    const isIndex = /INDEX|MATVIEW/.test(statement.objectType ?? '');
    return effect({ what, locks: lock(isIndex ? 'ACCESS EXCLUSIVE' : 'ACCESS SHARE', relationOf(statement.relation)) });
  },
  ImportForeignSchemaStmt: () => hidden('IMPORT FOREIGN SCHEMA'),
  AlterExtensionStmt: () => hidden('ALTER EXTENSION UPDATE'),
};

/** A statement that is only planned: its tables are locked, and nothing is read or changed. */
function planned(what: string, query: Node | undefined, judged: Judged): Effect {
  if (query === undefined) return hidden(what);
  const inner = judged.judge(query, judged.sql);
  return effect({
    what: `${what} ${inner.what}`,
    locks: inner.locks,
    known: inner.known,
    blocks: inner.blocks,
    hazards: inner.hazards.filter(({ sqlstate }) => sqlstate !== undefined),
  });
}

/** A statement whose effect on others is not known. */
export function hidden(what: string): Effect {
  return effect({ what, known: false, blocks: 'unknown', hazards: [warning('unknown_shape', HIDDEN)] });
}

/** Everything the statements of a DO block may do, whichever branch is taken; unknown as soon as one is put together at run time. */
function doBlock(judged: Judged): Effect {
  const parser = judged.context.parser ?? parserInUse();
  const inside = parser === null ? null : statementsInside(parser, judged.sql);
  if (parser === null || inside === null) return hidden('DO block');
  const judgedAll = inside.map(({ node, sql }) => judged.judge(node, sql));
  // What fails inside BEGIN … EXCEPTION is undone with its locks, and the block goes on.
  const catches = /\bexception\s+when\b/i.test(judged.sql);
  const effects = catches ? judgedAll.filter(({ hazards }) => !hazards.some(({ sqlstate }) => sqlstate !== undefined)) : judgedAll;
  if (effects.some(({ known }) => !known)) {
    const seen = effects.filter(({ known }) => known);
    const unseen = hidden('DO block');
    return {
      ...unseen,
      locks: seen.flatMap(({ locks }) => locks),
      rewrites: seen.flatMap(({ rewrites }) => rewrites),
      scans: seen.flatMap(({ scans }) => scans),
      hazards: [...unseen.hazards, ...seen.flatMap(({ hazards }) => hazards)],
    };
  }
  const what = effects.filter(({ locks }) => locks.length > 0).map((each) => each.what);
  return effect({
    what: what.length === 0 ? 'DO block' : `DO block: ${what.join('; ')}`,
    locks: effects.flatMap(({ locks }) => locks),
    rewrites: effects.flatMap(({ rewrites }) => rewrites),
    scans: effects.flatMap(({ scans }) => scans),
    blocks: effects.map(({ blocks }) => blocks).find((blocks) => blocks !== null) ?? null,
    hazards: [
      note('do_block', 'Judged by every statement written in it, whichever branch is taken.'),
      ...effects.flatMap(({ hazards }) => hazards),
    ],
  });
}

type Inside = { readonly node: Node; readonly sql: string };

/** Every statement of a plpgsql body, expressions as SELECT. Null when it cannot be read or builds one at run time. */
function statementsInside(parser: Parser, sql: string): readonly Inside[] | null {
  try {
    const found: Inside[] = [];
    let isComplete = true;
    walk(parser.parsePlpgsql(sql), (key, value) => {
      const written = key === 'PLpgSQL_expr' && typeof value['query'] === 'string' ? value['query'] : null;
      if (key === 'PLpgSQL_stmt_dynexecute' || key === 'PLpgSQL_stmt_dynfors') {
        const text = dynamic(parser, value);
        if (text === null) isComplete = false;
        else found.push(...parsed(parser, text));
        return false;
      }
      if (written === null) return true;
      const statements = readAs(parser, written);
      if (statements === null || statements.some(({ node }) => 'SelectStmt' in node && foreignFunctions(node).length > 0))
        isComplete = false;
      else found.push(...statements);
      return true;
    });
    return isComplete ? found : null;
  } catch {
    return null;
  }
}

/** The text of `EXECUTE 'constant'`; null when it is put together. */
function dynamic(parser: Parser, statement: Readonly<Record<string, unknown>>): string | null {
  const holder = statement['query'] as { PLpgSQL_expr?: { query?: string } } | undefined;
  const [expression] = readAs(parser, holder?.PLpgSQL_expr?.query ?? '') ?? [];
  if (expression === undefined || !('SelectStmt' in expression.node)) return null;
  const target = expression.node.SelectStmt.targetList?.[0];
  return target !== undefined && 'ResTarget' in target ? constantText(target.ResTarget.val) : null;
}

/** A statement as it stands, or an expression or assignment as the SELECT that computes it. */
function readAs(parser: Parser, written: string): readonly Inside[] | null {
  for (const text of [written, `SELECT ${written}`, `SELECT ${written.replace(/^[\w."[\]]+\s*:?=/, '')}`]) {
    try {
      return parsed(parser, text);
    } catch {
      // Not this form; the next one.
    }
  }
  return null;
}

function parsed(parser: Parser, text: string): readonly Inside[] {
  return (parser.parse(text).stmts ?? []).flatMap(({ stmt }) => (stmt === undefined ? [] : [{ node: stmt, sql: text }]));
}
