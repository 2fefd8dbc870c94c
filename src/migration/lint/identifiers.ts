import type { Hazard } from '../../domain/plan.ts';
import { danger } from './effect.ts';

const LIMIT = 63;
/** Strings, dollar quotes and comments are matched to be skipped; what is left are names. */
const TOKENS = /'(?:[^']|'')*'|(\$\w*\$)[\s\S]*?\1|--[^\n]*|\/\*[\s\S]*?\*\/|"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)/g;

/** Names of more than 63 bytes, which PostgreSQL cuts without an error (N14): two of them may become one. */
export function longNames(sql: string): readonly Hazard[] {
  if (!/[^\s'",;()]{22,}|"[^"]{22,}"/.test(sql)) return [];
  const names = namesIn(sql).filter((name) => new TextEncoder().encode(name).length > LIMIT);
  return names.map((name) =>
    danger(
      'identifier_too_long',
      `The name ${name} has more than ${LIMIT} bytes; PostgreSQL cuts it, and two names may become one. Shorten it.`,
    ),
  );
}

const LATIN = /\p{Script=Latin}/u;
const ALIKE = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]/gu;

/** Names that mix Latin letters with letters that only look like them (N23): another object than the one a reviewer reads. */
export function deceivingNames(sql: string): readonly Hazard[] {
  // oxlint-disable-next-line no-control-regex -- everything in ASCII is as it looks
  if (!/[^\u0000-\u007f]/.test(sql)) return [];
  return namesIn(sql)
    .filter((name) => LATIN.test(name) && name.match(ALIKE) !== null)
    .map((name) => {
      const letters = [...new Set(name.match(ALIKE))].map(
        (letter) => `${letter} is U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
      );
      return danger(
        'deceiving_name',
        `The name ${name} mixes alphabets: ${letters.join(', ')}. It is not the name it looks like. Write it in one alphabet.`,
      );
    });
}

/** Every name in a statement, once, as written but without quotes. */
function namesIn(sql: string): readonly string[] {
  const names = [...sql.matchAll(TOKENS)].map(([, , inQuotes, bare]) => inQuotes?.replaceAll('""', '"') ?? bare);
  return [...new Set(names)].filter((name) => name !== undefined);
}
