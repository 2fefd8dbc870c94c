import { isObject, textOf } from './json.ts';
import type { Json } from './json.ts';

/**
 * How a call goes wrong. `rate_limited`: 429 · `http_500`: a status of 500 to 599 · `timeout`: never answered · `reset`: the
 * connection is reset · `lost`: carried out, then reset · `html`: 200 with a maintenance page · `truncated`: carried out, the
 * answer cut in the middle · `error`: one of Slack's own words.
 */
const faultKinds = ['rate_limited', 'http_500', 'timeout', 'reset', 'lost', 'html', 'truncated', 'error'] as const;
export type FaultKind = (typeof faultKinds)[number];

export type Fault = {
  readonly id: number;
  /** A Web API method, `*` for any of them, `response_url` or `upload`. */
  readonly method: string;
  readonly kind: FaultKind;
  /** How many calls it will still hit. */
  readonly left: number;
  /** Whether the call is carried out all the same. */
  readonly applied: boolean;
  /** For rate_limited, in seconds; null = the header is missing. */
  readonly retry_after?: number | null;
  /** For http_500. */
  readonly status?: number;
  /** For error. */
  readonly error?: string;
};

/** What a request to the control API asks for: calls that go wrong, or an end to that. */
export type FaultWish =
  | { readonly fault: Omit<Fault, 'id'> }
  | { readonly clear: { readonly method: string; readonly kind?: FaultKind } }
  | { readonly problems: readonly string[] };

export type Faults = {
  add(fault: Omit<Fault, 'id'>): Fault;
  /** Of this method (`*` = of every one), and of this kind where one is given. Returns how many were taken away. */
  clear(wanted: { readonly method: string; readonly kind?: FaultKind }): number;
  /** The fault that hits this call, the one asked for first; it counts as used. */
  take(method: string): Fault | undefined;
  list(): readonly Fault[];
};

const mostTimes = 10_000;

/** The faults in the order they were asked for. `onChange` hears of every change, a used one included. */
export function openFaults(onChange: (faults: readonly Fault[]) => void): Faults {
  let faults: readonly Fault[] = [];
  let made = 0;
  const become = (next: readonly Fault[]): void => {
    faults = next;
    onChange(faults);
  };
  return {
    add(wanted) {
      made += 1;
      const fault = { id: made, ...wanted };
      become([...faults, fault]);
      return fault;
    },
    clear({ method, kind }) {
      const kept = faults.filter((fault) => (method !== '*' && fault.method !== method) || (kind !== undefined && fault.kind !== kind));
      const cleared = faults.length - kept.length;
      if (cleared > 0) become(kept);
      return cleared;
    },
    take(method) {
      const { hit, rest } = taken(faults, method);
      if (hit) become(rest);
      return hit;
    },
    list: () => faults,
  };
}

/** The first fault for a method, and the faults that remain after it was used once. `*` means the Web API, not uploads or response_urls. */
export function taken(faults: readonly Fault[], method: string): { readonly hit?: Fault; readonly rest: readonly Fault[] } {
  const isApi = method !== 'response_url' && method !== 'upload';
  const hit = faults.find((fault) => fault.method === method || (isApi && fault.method === '*'));
  if (!hit) return { rest: faults };
  const rest = faults.flatMap((fault) => (fault === hit ? (hit.left > 1 ? [{ ...hit, left: hit.left - 1 }] : []) : [fault]));
  return { hit, rest };
}

/** Reads `{method, kind, times = 1, retry_after, status, error, applied}`; answers every problem at once. */
export function readFault(given: Json, isMethod: (name: string) => boolean): FaultWish {
  const method = textOf(given['method']);
  const kind = faultKinds.find((known) => known === given['kind']);
  const { times = 1, retry_after = 1, status = 500, applied } = given;
  const error = given['error'] ?? 'internal_error';
  const problems: string[] = [];
  const must = (holds: boolean, sentence: string): void => void (holds || problems.push(sentence));
  must(['*', 'response_url', 'upload'].includes(method) || isMethod(method), `method is ${shown(given['method'])}, which this Slack lacks`);
  must(isCount(times, mostTimes), `times must be a whole number from 0 to ${mostTimes}, not ${shown(times)}`);
  must(kind !== undefined || (times === 0 && given['kind'] === undefined), `kind must be one of ${faultKinds.join(', ')}`);
  must(applied === undefined || typeof applied === 'boolean', `applied must be true or false, not ${shown(applied)}`);
  must(!(applied === true && kind === 'rate_limited'), 'a call that is rate_limited is never carried out');
  if (kind === 'rate_limited')
    must(retry_after === null || isCount(retry_after, 86_400), `retry_after must be seconds or null, not ${shown(retry_after)}`);
  if (kind === 'http_500') must(isCount(status, 599) && Number(status) >= 500, `status must be 500 to 599, not ${shown(status)}`);
  if (kind === 'error')
    must(/^[a-z_]+$/.test(textOf(error)), `error must be one of Slack's words such as internal_error, not ${shown(error)}`);
  if (problems.length > 0) return { problems };
  if (times === 0 || kind === undefined) return { clear: { method, ...(kind === undefined ? {} : { kind }) } };
  return {
    fault: {
      method,
      kind,
      left: Number(times),
      applied: kind === 'lost' || (typeof applied === 'boolean' ? applied : kind === 'truncated'),
      ...(kind === 'rate_limited' ? { retry_after: retry_after === null ? null : Number(retry_after) } : {}),
      ...(kind === 'http_500' ? { status: Number(status) } : {}),
      ...(kind === 'error' ? { error: textOf(error) } : {}),
    },
  };
}

function isCount(value: unknown, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}

function shown(value: unknown): string {
  return isObject(value) ? 'an object' : JSON.stringify(value ?? null);
}
