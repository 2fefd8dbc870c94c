import type { Actor } from './people.ts';
import type { Run } from './run.ts';

/** A request that was carried out, as the run remembers it; null where the door names none. */
export function requestOf({ id, request }: Actor): string | null {
  return request === undefined ? null : `${id} ${request}`;
}

/**
 * Whether this very request was carried out already. A door whose answers get lost on the way names its requests; asked again, nothing
 * happens twice, whichever process is asked and however often it was started anew.
 */
export function isRepeated(run: Pick<Run, 'requests'>, actor: Actor): boolean {
  const request = requestOf(actor);
  return request !== null && run.requests.includes(request);
}
