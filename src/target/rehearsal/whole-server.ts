/** A statement of a script, and where it begins. */
type Placed = { readonly sql: string; readonly line: number };

/** Why a script is not rehearsed, for the operator, and the line of the statement. */
export type Barred = { readonly sentence: string; readonly line: number };

const NAME = String.raw`(?:"(?:[^"]|"")+"|[\w$\u0080-\uffff]+)`;
const NAMES = String.raw`${NAME}(?:\s*,\s*${NAME})*`;
const GAP = String.raw`(?:\s|--[^\n]*\n|/\*[\s\S]*?\*/)+`;

const WHOLE_SERVER = new RegExp(
  `^(?:(?:create|drop|alter)${GAP}(?:database|tablespace)|alter${GAP}system|(?:grant|revoke)\\b[\\s\\S]*\\bon${GAP}(?:database|tablespace)|comment${GAP}on${GAP}(?:database|tablespace))\\b`,
  'i',
);
const CHANGED = new RegExp(`^(?:alter|drop)${GAP}(?:role|user|group)${GAP}(?!mapping\\b)(?:if${GAP}exists${GAP})?(?<roles>${NAMES})`, 'i');
const MEMBERS = new RegExp(
  `^(?:grant|revoke)${GAP}(?:admin${GAP}option${GAP}for${GAP})?(?<roles>${NAMES})${GAP}(?:to|from)${GAP}(?<members>${NAMES})`,
  'i',
);

/**
 * The first statement that would change what belongs to the whole server: databases, tablespaces, settings, or a role that was there
 * before. No dropped copy takes that back, so it is not rehearsed. Null when there is none; roles that the migrations make are theirs.
 */
export function reachesServer(statements: readonly Placed[], existing: ReadonlySet<string>): Barred | null {
  for (const { sql, line } of statements) {
    const what = reached(sql, existing);
    if (what === null) continue;
    const sentence = `${what}. A rehearsal could not take that back, so it was not run. Do it by hand outside the migrations, or rehearse on a server made for it.`;
    return { sentence, line };
  }
  return null;
}

function reached(sql: string, existing: ReadonlySet<string>): string | null {
  const whole = WHOLE_SERVER.exec(sql);
  if (whole !== null) return `${words(whole[0])} changes the whole server`;
  const there = (names: string | undefined) => listed(names).filter((name) => existing.has(name) || EVERYBODY.has(name));
  const [changed] = there(CHANGED.exec(sql)?.groups?.['roles']);
  if (changed !== undefined) return `this changes the role ${changed}, which the server had before`;
  const { roles, members } = MEMBERS.exec(sql)?.groups ?? {};
  const [role, member] = [there(roles)[0], there(members)[0]];
  return role === undefined || member === undefined ? null : `this changes who is in the role ${role}, which the server had before`;
}

/** Words that stand for a role that is there. */
const EVERYBODY = new Set(['current_user', 'current_role', 'session_user', 'all']);

function listed(names: string | undefined): readonly string[] {
  const found = names?.match(new RegExp(NAME, 'g')) ?? [];
  return found.map((name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()));
}

function words(text: string): string {
  return text.replaceAll(/\s+/g, ' ').toUpperCase();
}

/** Whether a script drops a role: it cannot while a copy of the database still names it. */
export function dropsRole(statements: readonly Pick<Placed, 'sql'>[]): boolean {
  return statements.some(({ sql }) => /\bdrop\s+(?:role|user(?!\s+mapping)|group)\b/i.test(sql));
}
