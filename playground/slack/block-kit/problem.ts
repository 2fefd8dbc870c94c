import { isObject, textOf } from '../json.ts';
import type { Json } from '../json.ts';

/** The limit that was not kept: its kind, what would have been fine, and what was sent. */
export type Constraint = { readonly type: string; readonly expected?: string[]; readonly got?: string };

/** One broken rule, in the shape of Slack's blocks.validate. `pointer` is a JSON pointer into what was sent. */
export type Problem = { readonly pointer: string; readonly code: string; readonly message: string; readonly constraint?: Constraint };

/** A value, where it was found, and where to report what is wrong with it. */
export type Spot = { readonly at: string; readonly value: unknown; readonly problems: Problem[] };

export function child(spot: Spot, key: string | number): Spot {
  const value = isObject(spot.value) || Array.isArray(spot.value) ? (spot.value as Json)[key] : undefined;
  return { at: `${spot.at}/${key}`, value, problems: spot.problems };
}

/** Whether there is anything; Slack treats null like a field that was left out. */
export function given(spot: Spot): boolean {
  return spot.value !== undefined && spot.value !== null;
}

export function report(spot: Spot, problem: Omit<Problem, 'pointer'>): void {
  spot.problems.push({ pointer: spot.at, ...problem });
}

/** A limit that was not kept. */
export function fail(spot: Spot, message: string, constraint: Constraint): void {
  report(spot, { code: 'failed_constraint', message, constraint });
}

export function missing(spot: Spot, key: string): void {
  report(spot, { code: 'missing_required_field', message: `missing required field: ${key}` });
}

export function wrongType(spot: Spot, expected: 'a string' | 'an object' | 'an array' | 'a number' | 'a boolean'): void {
  report(spot, { code: 'invalid_type', message: `must provide ${expected}` });
}

/** A block, element or text object whose `type` is not among `expected`. */
export function unsupported(spot: Spot, got: string, expected: readonly string[]): void {
  const constraint = { type: 'enum', expected: [...expected], got };
  report(child(spot, 'type'), { code: 'failed_constraint', message: `unsupported type: ${got || 'undefined'}`, constraint });
}

/** The object's required fields; says which are missing. */
export function needs(spot: Spot, ...keys: readonly string[]): void {
  for (const key of keys) if (!given(child(spot, key))) missing(spot, key);
}

/** Text of `min` (0 unless told) to `max` characters; nothing at all is fine. */
export function textWithin(spot: Spot, limit: { readonly max: number; readonly min?: number }): void {
  if (!given(spot)) return;
  if (typeof spot.value !== 'string') return wrongType(spot, 'a string');
  const { max, min = 0 } = limit;
  const got = String(spot.value.length);
  if (spot.value.length < min) fail(spot, `must be more than ${min - 1} characters`, { type: 'min_length', expected: [String(min)], got });
  if (spot.value.length > max) fail(spot, `must be less than ${max + 1} characters`, { type: 'max_length', expected: [String(max)], got });
}

/** Text of at most `max` characters; nothing at all is fine. */
export function atMost(spot: Spot, max: number): void {
  textWithin(spot, { max });
}

/** A number of `min` to `max`; nothing at all is fine. */
export function numberWithin(spot: Spot, min: number, max: number): void {
  if (!given(spot)) return;
  if (typeof spot.value !== 'number') return wrongType(spot, 'a number');
  if (Number.isInteger(spot.value) && spot.value >= min && spot.value <= max) return;
  fail(spot, `must be between ${min} and ${max}`, { type: 'range', expected: [String(min), String(max)], got: String(spot.value) });
}

/** A text object. Slack also refuses an empty one. */
export function textObject(spot: Spot, limit: { readonly max: number; readonly plainOnly?: boolean }): void {
  if (!given(spot)) return;
  if (!isObject(spot.value)) return wrongType(spot, 'an object');
  const type = textOf(spot.value['type']);
  const kinds = limit.plainOnly === true ? ['plain_text'] : ['plain_text', 'mrkdwn'];
  if (!kinds.includes(type)) unsupported(spot, type, kinds);
  const text = child(spot, 'text');
  if (!given(text)) return missing(spot, 'text');
  textWithin(text, { min: 1, max: limit.max });
}

/** The items of a list of `min` (1 unless told) to `max`; nothing at all is an empty list. */
export function items(spot: Spot, limit: { readonly max: number; readonly min?: number }): Spot[] {
  if (!given(spot)) return [];
  if (!Array.isArray(spot.value)) {
    wrongType(spot, 'an array');
    return [];
  }
  const { min = 1, max } = limit;
  const count = spot.value.length;
  const got = String(count);
  if (count > max) fail(spot, `no more than ${max} items allowed`, { type: 'max_items', expected: [String(max)], got });
  if (count < min) fail(spot, `no less than ${min} items allowed`, { type: 'min_items', expected: [String(min)], got });
  return spot.value.map((_, index) => child(spot, index));
}

/** One of a closed list of words; nothing at all is fine. */
export function oneOf(spot: Spot, words: readonly string[]): void {
  const got = textOf(spot.value);
  if (!given(spot) || words.includes(got)) return;
  fail(spot, `must be one of: ${words.join(', ')}`, { type: 'enum', expected: [...words], got });
}

/** At least one of the fields; Slack names them all. */
export function needsAny(spot: Spot, keys: readonly string[]): void {
  if (keys.some((key) => given(child(spot, key)))) return;
  report(spot, { code: 'missing_required_field', message: `must define ${keys.length === 2 ? 'either ' : 'one of '}${orList(keys)}` });
}

function orList(keys: readonly string[]): string {
  const named = keys.map((key) => `\`${key}\``);
  return `${named.slice(0, -1).join(', ')} or ${named.at(-1)}`;
}
