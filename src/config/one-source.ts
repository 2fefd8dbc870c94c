import { z } from 'zod';
import { nearest } from './suggestion.ts';
import { inWords } from './words.ts';

type Kinds = Readonly<Record<string, z.ZodType>>;
type Shape = { readonly def: { readonly shape?: Readonly<Record<string, unknown>> } };

/**
 * Settings that name exactly one source of several, by its key: `{ prometheus: …, query: … }` or `{ sentry: … }`. The mistakes are those of the
 * source that was meant, each at its own place; a union would only say that nothing fits.
 */
export function oneSource<T extends Kinds>(kinds: T) {
  const known = Object.keys(kinds);
  return z.record(z.string(), z.unknown()).transform((value, context): z.output<T[keyof T]> => {
    const named = known.filter((kind) => Object.hasOwn(value, kind));
    const [kind] = named;
    const schema = kind === undefined ? undefined : kinds[kind];
    if (schema === undefined || named.length > 1) {
      const meant = named.length > 1 ? null : Object.keys(value).flatMap((key) => nearest(key, known) ?? [])[0];
      const advice = meant === null || meant === undefined ? '' : ` Did you mean "${meant}"?`;
      context.addIssue({ code: 'custom', message: `must name one source: ${known.join(', ')}.${advice}` });
      return z.NEVER;
    }
    const result = schema.safeParse(value, { error: inWords });
    if (result.success) return result.data as z.output<T[keyof T]>;
    for (const issue of result.error.issues)
      for (const { path, message } of spelled(issue, schema)) context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  });
}

function spelled(issue: z.core.$ZodIssue, schema: z.ZodType): readonly { path: PropertyKey[]; message: string }[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  const known = Object.keys(shapeAt(schema, issue.path));
  return issue.keys.map((key) => {
    const meant = nearest(key, known);
    const advice = meant === null ? `Known here: ${known.join(', ')}.` : `Did you mean "${meant}"?`;
    return { path: [...issue.path, key], message: `is no setting. ${advice}` };
  });
}

function shapeAt(schema: z.ZodType, path: readonly PropertyKey[]): Readonly<Record<string, unknown>> {
  const shape = (schema as unknown as Shape).def.shape ?? {};
  const [part, ...rest] = path;
  return part === undefined ? shape : shapeAt(shape[String(part)] as z.ZodType, rest);
}
