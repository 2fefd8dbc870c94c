import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Numbers in [0, 1) that are the same at every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How often each shape comes in a hundred files, about as real projects mix them. */
const SHAPES: readonly (readonly [share: number, write: (table: string, n: number) => string])[] = [
  [22, (table, n) => `ALTER TABLE ${table} ADD COLUMN note_${n} text;\n`],
  [8, (table, n) => `ALTER TABLE ${table} ADD COLUMN flag_${n} boolean NOT NULL DEFAULT false;\n`],
  [
    14,
    (table, n) =>
      `-- Asked for by the report of every morning.\nCREATE INDEX CONCURRENTLY IF NOT EXISTS ${table}_i${n} ON ${table} (created_at);\n`,
  ],
  [8, (table, n) => `CREATE INDEX ${table}_j${n} ON ${table} (status, created_at) WHERE status <> 'done';\n`],
  [12, (_, n) => created(n)],
  [
    7,
    (table, n) =>
      `ALTER TABLE ${table} ADD CONSTRAINT ${table}_c${n} CHECK (amount >= 0) NOT VALID;\nALTER TABLE ${table} VALIDATE CONSTRAINT ${table}_c${n};\n`,
  ],
  [6, (table, n) => `ALTER TABLE ${table} ADD CONSTRAINT ${table}_f${n} FOREIGN KEY (parent_id) REFERENCES t0 (id);\n`],
  [5, (table) => `ALTER TABLE ${table} ALTER COLUMN amount TYPE numeric(14, 2);\n`],
  [6, (table, n) => `UPDATE ${table} SET status = 'old' WHERE created_at < '2020-01-01' AND amount > ${n};\n`],
  [
    4,
    (table, n) =>
      `DO $$\nBEGIN\n  IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'kind_${n}') THEN\n    CREATE TYPE kind_${n} AS ENUM ('a', 'b');\n  END IF;\nEND\n$$;\nCOMMENT ON TABLE ${table} IS 'Kept for ten years.';\n`,
  ],
  [4, (table, n) => trigger(table, n)],
  [
    4,
    (table, n) => `ALTER TABLE ${table} RENAME COLUMN status TO status_${n};\nALTER TABLE ${table} RENAME COLUMN status_${n} TO status;\n`,
  ],
];

/** The tables that the files change; for a database in which the verdicts are looked up. */
export const LINT_TABLES = Array.from({ length: 40 }, (_, n) => `t${n}`);
export const LINT_SCHEMA = LINT_TABLES.map(
  (table) =>
    `CREATE TABLE ${table} (id bigint PRIMARY KEY, parent_id bigint, status text NOT NULL DEFAULT '', amount numeric(12, 2), created_at timestamptz);`,
).join('\n');

function created(n: number): string {
  return `CREATE TABLE made_${n} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  owner_id bigint NOT NULL REFERENCES t0 (id),
  name text NOT NULL CHECK (length(name) < 200),
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX made_${n}_owner ON made_${n} (owner_id);
`;
}

function trigger(table: string, n: number): string {
  return `CREATE OR REPLACE FUNCTION touch_${n}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  NEW.created_at := coalesce(NEW.created_at, now());
  RETURN NEW;
END
$body$;
CREATE TRIGGER touch_${n} BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION touch_${n}();
`;
}

/** Writes `count` files, the same ones at every run, and answers their paths in order. */
export async function writeLintFiles(directory: string, count: number): Promise<readonly string[]> {
  await mkdir(directory, { recursive: true });
  const random = seeded(20_261_124);
  const paths: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const table = LINT_TABLES[Math.floor(random() * LINT_TABLES.length)] ?? 't0';
    const path = join(directory, `${String(n + 1).padStart(4, '0')}_m.up.sql`);
    await writeFile(path, shapeAt(random() * 100)(table, n));
    paths.push(path);
  }
  return paths;
}

function shapeAt(percent: number): (table: string, n: number) => string {
  let left = percent;
  for (const [share, write] of SHAPES) {
    if (left < share) return write;
    left -= share;
  }
  throw new Error('The shares of the shapes are not a hundred.');
}
