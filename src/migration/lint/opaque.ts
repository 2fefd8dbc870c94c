import { qualified, wordsOf } from '../names.ts';
import { effect, warning } from './effect.ts';
import type { Effect, Judges } from './effect.ts';

const HIDDEN = 'What it does is not in the statement: no lock can be named before it ran. The rehearsal’s trace decides.';

/** Code that only a trace can judge (row 120). Never read as harmless. */
export const opaque: Judges = {
  DoStmt: () => hidden('DO block'),
  CallStmt: (statement) => hidden(`CALL ${qualified(wordsOf(statement.funccall?.funcname))}`),
  ExecuteStmt: () => hidden('EXECUTE'),
  PrepareStmt: () => hidden('PREPARE'),
  ImportForeignSchemaStmt: () => hidden('IMPORT FOREIGN SCHEMA'),
  AlterExtensionStmt: () => hidden('ALTER EXTENSION UPDATE'),
};

/** A statement whose effect on others is not known. */
export function hidden(what: string): Effect {
  return effect({ what, known: false, blocks: 'unknown', hazards: [warning('unknown_shape', HIDDEN)] });
}
