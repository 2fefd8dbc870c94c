import { objectOf } from '../json.ts';
import type { Json } from '../json.ts';
import type { Problem } from '../block-kit/problem.ts';
import { problemsOfBlocks, problemsOfView, sentences } from '../block-kit/validate.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Methods } from './method.ts';

/** blocks.validate: the same judgement as posting, without posting (docs.slack.dev/reference/methods/blocks.validate). */
export const blocksMethods: Methods = {
  'blocks.validate': { tier: 3, answer: (_, args) => validate(args) },
};

function validate(args: Json): Answer {
  const given = ['blocks', 'message', 'view'].filter((key) => args[key] !== undefined);
  const kind = given[0];
  if (kind === undefined || given.length > 1) return refuse('invalid_arguments', ['exactly one of blocks, message, view']);
  const problems = problemsIn(kind, args);
  if (problems.length === 0) return { ok: true };
  const messages = sentences(problems).map((sentence) => `[ERROR] ${sentence}`);
  return { ok: false, error: 'invalid_blocks', errors: problems, response_metadata: { messages } };
}

function problemsIn(kind: string, args: Json): readonly Problem[] {
  if (kind === 'view') return problemsOfView(args['view']);
  return problemsOfBlocks(kind === 'message' ? objectOf(args['message'])['blocks'] : args['blocks'], 'message');
}
