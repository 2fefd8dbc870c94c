import type { z } from 'zod';

const KINDS: Readonly<Record<string, string>> = {
  string: 'must be text; put it in quotes.',
  number: 'must be a number.',
  array: 'must be a list.',
  object: 'must hold settings of its own, indented below it.',
  record: 'must hold settings of its own, indented below it.',
};

/** Zod's issues in the operator's words; undefined where the field has its own. */
export function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined && issue.code !== 'custom') return 'is missing.';
  if (issue.code === 'invalid_type') return KINDS[String(issue['expected'])] ?? 'has the wrong kind of value.';
  if (issue.code === 'invalid_value') return `must be one of ${(issue['values'] as readonly unknown[]).join(', ')}.`;
  if (issue.code === 'invalid_key') return 'is no name that may stand here.';
  if (issue.code === 'invalid_union') return 'must be a number or text.';
  return undefined;
}
