import type { BlocksValidateResponse } from '@slack/web-api';
import { isObject } from '../json.ts';
import type { Json } from '../json.ts';
import { child, wrongType } from '../block-kit/problem.ts';
import type { Problem } from '../block-kit/problem.ts';
import { problemsOfBlocks, problemsOfView, sentences } from '../block-kit/validate.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';
import type { Methods } from './method.ts';

const kinds = { blocks: 'invalid_blocks', message: 'invalid_message', view: 'invalid_view' } as const;

/** blocks.validate: the same judgement as posting, without posting (docs.slack.dev/reference/methods/blocks.validate). */
export const blocksMethods: Methods = {
  'blocks.validate': { tier: 'special', answer: (_, args) => validate(args) },
};

function validate(args: Json): Answer {
  const given = (['blocks', 'message', 'view'] as const).filter((kind) => args[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) return refuse('invalid_arguments', ['must provide exactly one of blocks, view, or message']);
  const problems = problemsIn(kind, args[kind]);
  if (problems.length === 0) return { ok: true } satisfies BlocksValidateResponse;
  const messages = sentences(problems).map((sentence) => `[ERROR] ${sentence}`);
  return {
    ok: false,
    error: kinds[kind],
    errors: problems.map(({ constraint, ...problem }) => ({ ...problem, ...(constraint ? { constraint } : {}) })),
    response_metadata: { messages },
  } satisfies BlocksValidateResponse;
}

function problemsIn(kind: keyof typeof kinds, given: unknown): readonly Problem[] {
  if (kind === 'view') return problemsOfView(given);
  if (kind === 'blocks') return problemsOfBlocks(given, 'message');
  if (isObject(given))
    return problemsOfBlocks(given['blocks'], 'message').map((problem) => ({ ...problem, pointer: `/message${problem.pointer}` }));
  const problems: Problem[] = [];
  wrongType(child({ at: '', value: { message: given }, problems }, 'message'), 'an object');
  return problems;
}
