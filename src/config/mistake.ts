/** Something in the configuration that must be mended before anything starts. `line` and `column` count from 1; null when there is no text to point at. */
export type Mistake = {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  /** The setting, e.g. `targets.production.zone`; empty for the file as a whole. */
  readonly key: string;
  /** What is wrong and what to write instead. Never holds the value of a variable. */
  readonly message: string;
};

/** Where a setting stands, as keys and list positions from the top of the file. */
export type KeyPath = readonly (string | number)[];

/** The path as people write it: `people[0].roles`. */
export function keyText(path: KeyPath): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '');
}

/** One mistake as one line, e.g. `offpeak.yaml:12:5 targets.production.zone: is missing.` */
export function mistakeLine(mistake: Mistake): string {
  const place = mistake.line === null ? mistake.file : `${mistake.file}:${mistake.line}:${mistake.column ?? 1}`;
  return mistake.key === '' ? `${place}: ${mistake.message}` : `${place} ${mistake.key}: ${mistake.message}`;
}
