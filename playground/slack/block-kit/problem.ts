import { isObject, textOf } from '../json.ts';
import type { Json } from '../json.ts';

/** One broken rule, in the shape of Slack's blocks.validate. `pointer` is a JSON pointer into what was sent. */
export type Problem = { readonly pointer: string; readonly code: string; readonly message: string; readonly constraint?: number };

/** A value, where it was found, and where to report what is wrong with it. */
export type Spot = { readonly at: string; readonly value: unknown; readonly problems: Problem[] };

export function child(spot: Spot, key: string | number): Spot {
  const value = isObject(spot.value) || Array.isArray(spot.value) ? (spot.value as Json)[key] : undefined;
  return { at: `${spot.at}/${key}`, value, problems: spot.problems };
}

export function report(spot: Spot, problem: Omit<Problem, 'pointer'>): void {
  spot.problems.push({ pointer: spot.at, ...problem });
}

/** The object's required fields; says which are missing. */
export function needs(spot: Spot, ...keys: readonly string[]): void {
  for (const key of keys) {
    if (child(spot, key).value === undefined) report(spot, { code: 'missing_field', message: `missing required field: ${key}` });
  }
}

/** Text of at most `max` characters; nothing at all is fine. */
export function atMost(spot: Spot, max: number): void {
  if (spot.value === undefined || spot.value === null) return;
  if (typeof spot.value !== 'string') return report(spot, { code: 'wrong_type', message: 'must be a string' });
  if (spot.value.length > max) report(spot, { code: 'too_long', message: `must be less than ${max + 1} characters`, constraint: max });
}

/** A text object. Slack also refuses an empty one. */
export function textObject(spot: Spot, limit: { readonly max: number; readonly plainOnly?: boolean }): void {
  if (spot.value === undefined || spot.value === null) return;
  if (!isObject(spot.value)) return report(spot, { code: 'wrong_type', message: 'must be an object' });
  const type = textOf(spot.value['type']);
  const kinds = limit.plainOnly === true ? ['plain_text'] : ['plain_text', 'mrkdwn'];
  if (!kinds.includes(type)) report(child(spot, 'type'), { code: 'unsupported_type', message: `unsupported type: ${type || 'undefined'}` });
  const text = child(spot, 'text');
  if (typeof text.value !== 'string') return report(spot, { code: 'missing_field', message: 'missing required field: text' });
  if (text.value.length === 0) report(text, { code: 'too_short', message: 'must be more than 0 characters', constraint: 1 });
  atMost(text, limit.max);
}

/** The items of a list of `min` to `max`; nothing at all is an empty list. */
export function items(spot: Spot, limit: { readonly max: number; readonly min?: number }): Spot[] {
  if (spot.value === undefined) return [];
  if (!Array.isArray(spot.value)) {
    report(spot, { code: 'wrong_type', message: 'must be an array' });
    return [];
  }
  const { min = 1, max } = limit;
  const count = spot.value.length;
  if (count > max) report(spot, { code: 'too_many', message: `no more than ${max} items allowed`, constraint: max });
  if (count < min) report(spot, { code: 'too_few', message: `no less than ${min} items allowed`, constraint: min });
  return spot.value.map((_, index) => child(spot, index));
}

/** One of a closed list of words; nothing at all is fine. */
export function oneOf(spot: Spot, words: readonly string[]): void {
  if (spot.value === undefined || words.includes(textOf(spot.value))) return;
  report(spot, { code: 'invalid_value', message: `must be one of: ${words.join(', ')}` });
}
