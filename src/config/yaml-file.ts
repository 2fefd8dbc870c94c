import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { KeyPath } from './mistake.ts';

export type Place = { readonly line: number; readonly column: number };

/** A YAML file as values, with its syntax errors and the way back from a key path to its line. */
export type YamlFile = {
  readonly value: unknown;
  readonly errors: readonly (Place & { readonly message: string })[];
  /** Where the key stands; for a key that is not there, the nearest one above it that is. */
  readonly placeOf: (path: KeyPath) => Place;
};

/** Reads YAML 1.2. Duplicate keys are errors; the text around an error is left out, it may hold a secret. */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const errors = document.errors.map((error) => ({ ...place(error.pos[0]), message: `${error.message}.` }));
  return {
    value: errors.length > 0 ? null : (document.toJS() as unknown),
    errors,
    placeOf: (path) => place(offsetOf(document, path)),
  };
}

function offsetOf(document: Document.Parsed, path: KeyPath): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const part of path) {
    const found = child(isAlias(node) ? (node.resolve(document) ?? null) : node, part);
    if (found === null) break;
    ({ offset, node } = found);
  }
  return offset;
}

function child(node: Node | null, part: string | number): { offset: number; node: Node | null } | null {
  if (isSeq(node)) {
    const item = typeof part === 'number' ? (node.items[part] as Node | undefined) : undefined;
    return item?.range ? { offset: item.range[0], node: item } : null;
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((entry) => isScalar(entry.key) && String(entry.key.value) === String(part));
  return isScalar(pair?.key) && pair.key.range ? { offset: pair.key.range[0], node: (pair.value ?? null) as Node | null } : null;
}
