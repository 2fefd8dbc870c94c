import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';

/** Variables as the program sees them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables the program reads by name; every other one only through `${NAME}` in the file. `.env.example` lists both. */
export const VARIABLES = ['OFFPEAK_CONFIG', 'OFFPEAK_USER', 'SLACK_API_URL'] as const;

/** The real environment over the `.env` of the directory: a variable that is set is never overridden by the file. */
export function environment(cwd: string, real: Environment = process.env): Environment {
  const file = join(cwd, '.env');
  const written = existsSync(file) ? parse(readFileSync(file)) : {};
  const set = Object.fromEntries(Object.entries(real).filter(([, value]) => value !== undefined));
  return { ...written, ...set };
}
