import { createHash } from 'node:crypto';
import type { Script } from '../../domain/plan.ts';
import { problemOf } from '../problem.ts';
import type { Arranged, MigrationFormat, Misplaced } from './format.ts';
import { paired, unplaced, type Named, type Part } from './paired.ts';

const PATTERN = /^(?<folder>(?<version>\d{1,20})_(?<name>[^/]+))\/(?<file>migration|down|validate)\.sql$/;
const LOCK = 'migration_lock.toml';
const EXPECTED = '<timestamp>_<name>/migration.sql, with down.sql and validate.sql beside it';
const PARTS: Readonly<Record<string, Part>> = { migration: 'up', down: 'down', validate: 'validate' };

/** Prisma: a folder for each migration with migration.sql. It knows no way back; ours is down.sql in the same folder, where Prisma does not look. */
export const prismaFormat: MigrationFormat = {
  name: 'prisma',
  reads: (path) => path.endsWith('.sql') || path === LOCK,
  arrange,
  checksums,
};

/** As Prisma compares: with either kind of line ends, because git changes them, and as its early releases wrote a byte below 16, without its 0. */
function checksums(bytes: Uint8Array): readonly string[] {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const texts = [bytes, text.replaceAll('\r\n', '\n'), text.replaceAll('\n', '\r\n')];
  const digests = texts.map((each) => createHash('sha256').update(each).digest());
  const unpadded = digests.map((digest) => Array.from(digest, (byte) => byte.toString(16)).join(''));
  return [...new Set([...digests.map((digest) => digest.toString('hex')), ...unpadded])];
}

function arrange(scripts: readonly Script[]): Arranged {
  const files: Named[] = [];
  const problems: Misplaced[] = [];
  for (const script of scripts) {
    if (script.path === LOCK) {
      const provider = /^\s*provider\s*=\s*"(?<name>[^"]*)"/m.exec(script.text)?.groups?.['name'];
      if (provider !== undefined && provider !== 'postgresql')
        problems.push(problemOf(LOCK, `says that these migrations are for ${provider}. Offpeak migrates PostgreSQL only.`));
      continue;
    }
    const groups = PATTERN.exec(script.path)?.groups;
    const part = PARTS[groups?.['file'] ?? ''];
    if (groups?.['version'] === undefined || part === undefined) problems.push(unplaced(script.path, EXPECTED));
    else files.push({ script, version: groups['version'], name: groups['name'] ?? '', part, key: groups['folder'] ?? '' });
  }
  const arranged = paired(files);
  return { changes: arranged.changes, problems: [...problems, ...arranged.problems] };
}
