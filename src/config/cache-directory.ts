import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from './environment.ts';

/** Where what can be computed again is kept between runs: `$XDG_CACHE_HOME/offpeak`, or `~/.cache/offpeak`. */
export function cacheDirectory(variables: Environment = process.env): string {
  const { XDG_CACHE_HOME: base = '' } = variables;
  // The specification says to ignore a relative one.
  return join(isAbsolute(base) ? base : join(homedir(), '.cache'), 'offpeak');
}
