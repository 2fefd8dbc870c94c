import { isObject } from './json.ts';

const token = /\b(xox[a-z](?:\.xox[a-z])?|xapp|xwfp)-[\w.-]+/g;

/** The same value with every token in it replaced by its kind (`xoxb-…`): what is logged is read by others. */
export function redacted(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(token, '$1-…');
  if (Array.isArray(value)) return value.map(redacted);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, redacted(part)]));
}
