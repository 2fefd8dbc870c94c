/** How a dump is laid out: one archive file, or one file per table, which several sessions write at once. */
export const LAYOUTS = ['custom', 'directory'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** What packs it; `level` null is the method's own. */
export type Compression = { readonly method: 'none' | 'gzip' | 'lz4' | 'zstd'; readonly level: number | null };

/** A backup stands between a tired person and the window: it packs lightly unless told otherwise. */
export type BackupForm = { readonly layout: Layout; readonly jobs: number; readonly compression: Compression };
export const DEFAULT_FORM: BackupForm = { layout: 'custom', jobs: 1, compression: { method: 'gzip', level: 1 } };

const HIGHEST: ReadonlyMap<string, number> = new Map([
  ['none', 0],
  ['gzip', 9],
  ['lz4', 12],
  ['zstd', 22],
]);

/** `none`, `gzip`, `gzip:1`, `zstd:3`; null when it is nothing that pg_dump could do. */
export function compressionOf(text: string): Compression | null {
  const [, method = '', digits] = /^([a-z0-9]+)(?::(\d+))?$/.exec(text) ?? [];
  const highest = HIGHEST.get(method);
  const level = digits === undefined ? null : Number(digits);
  if (highest === undefined || (level !== null && (level < 1 || level > highest))) return null;
  return { method: method as Compression['method'], level };
}

export function compressionText({ method, level }: Compression): string {
  return level === null ? method : `${method}:${level}`;
}

/** What `--compress` is given. Before PostgreSQL 16 it was a level of gzip and nothing else, which later versions still understand. */
export function compressionArgument({ method, level }: Compression): string {
  if (method === 'none') return '0';
  if (method === 'gzip') return String(level ?? 6);
  return compressionText({ method, level });
}

const METHODS_SINCE = 16;

/** Null when tools of this major can pack so; otherwise why not, and what to write instead. */
export function compressionRefused(compression: Compression, tools: { readonly major: number; readonly version: string }): string | null {
  if (compression.method === 'none' || compression.method === 'gzip' || tools.major >= METHODS_SINCE) return null;
  return (
    `${tools.version} cannot pack with ${compression.method}, which came with PostgreSQL ${METHODS_SINCE}. ` +
    'Write compression: gzip:1 under backup of this target. The database was not touched.'
  );
}
