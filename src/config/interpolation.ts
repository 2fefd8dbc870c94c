import type { Environment } from './environment.ts';
import type { KeyPath } from './mistake.ts';

/** A value with its variables filled in, which variables were not there, and what was filled in. */
export type Interpolated = {
  readonly value: unknown;
  readonly missing: readonly { readonly path: KeyPath; readonly name: string }[];
  readonly used: ReadonlyMap<string, string>;
};

/**
 * Fills `${NAME}` in every text of the value from the environment. An empty variable counts as missing: `.env.example` copied
 * and not filled in is the usual reason. A text with a missing variable becomes undefined, so that it is not judged further.
 */
export function interpolate(value: unknown, env: Environment): Interpolated {
  const missing: { path: KeyPath; name: string }[] = [];
  const used = new Map<string, string>();
  const visit = (node: unknown, path: KeyPath): unknown => {
    if (typeof node === 'string') return fill(node, path);
    if (Array.isArray(node)) return node.map((entry, index) => visit(entry, [...path, index]));
    if (node === null || typeof node !== 'object') return node;
    return Object.fromEntries(Object.entries(node).map(([key, entry]) => [key, visit(entry, [...path, key])]));
  };
  const fill = (text: string, path: KeyPath): string | undefined => {
    const before = missing.length;
    const filled = text.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
      const found = env[name] ?? '';
      if (found === '') missing.push({ path, name });
      else used.set(name, found);
      return found;
    });
    return missing.length > before ? undefined : filled;
  };
  return { value: visit(value, []), missing, used };
}

/** The text with filled-in values turned back into `${NAME}`: a mistake may quote a setting, never a variable's value. */
export function concealed(text: string, used: ReadonlyMap<string, string>): string {
  const longestFirst = [...used].sort(([, a], [, b]) => b.length - a.length);
  return longestFirst.reduce((masked, [name, value]) => masked.replaceAll(value, `\${${name}}`), text);
}
