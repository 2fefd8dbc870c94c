import { types, type CustomTypesConfig } from 'pg';

const INT8: number = types.builtins.INT8;
const TIMESTAMPTZ: number = types.builtins.TIMESTAMPTZ;

/** An int8 as a number. Refuses one that a number cannot hold: a rounded position would be a wrong one. */
function int8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`The ledger answered ${text}, which is too large to count with.`);
  return value;
}

/** A timestamptz as an instant with milliseconds. The session writes ISO in UTC, so PostgreSQL's text is nearly one. */
function instant(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/.exec(text);
  if (match === null) throw new Error(`The ledger answered ${text}, which is not a moment in UTC.`);
  return `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(3, '0').slice(0, 3)}Z`;
}

/** How the ledger's columns become values: instants as ISO text, int8 as number, everything else as pg does it. */
export const COLUMN_TYPES: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return int8;
    if (oid === TIMESTAMPTZ) return instant;
    return types.getTypeParser(oid, format);
  }) as CustomTypesConfig['getTypeParser'],
};
