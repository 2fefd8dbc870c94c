import type { Hazard } from '../../domain/plan.ts';
import { danger } from './effect.ts';

const LIMIT = 63;
/** Strings, dollar quotes and comments are matched to be skipped; what is left are names. */
const TOKENS = /'(?:[^']|'')*'|(\$\w*\$)[\s\S]*?\1|--[^\n]*|\/\*[\s\S]*?\*\/|"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)/g;

/** Names of more than 63 bytes, which PostgreSQL cuts without an error (N14): two of them may become one. */
export function longNames(sql: string): readonly Hazard[] {
  if (!/[^\s'",;()]{22,}|"[^"]{22,}"/.test(sql)) return [];
  const names = new Set<string>();
  for (const [, , inQuotes, bare] of sql.matchAll(TOKENS)) {
    const name = inQuotes?.replaceAll('""', '"') ?? bare;
    if (name !== undefined && new TextEncoder().encode(name).length > LIMIT) names.add(name);
  }
  return [...names].map((name) =>
    danger(
      'identifier_too_long',
      `The name ${name} has more than ${LIMIT} bytes; PostgreSQL cuts it, and two names may become one. Shorten it.`,
    ),
  );
}
