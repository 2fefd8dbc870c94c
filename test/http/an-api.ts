import { onTestFinished } from 'vitest';
import { serveApi } from '../../src/http/server.ts';
import { tokenHash } from '../../src/http/tokens.ts';
import type { Services } from '../../src/ports.ts';
import { PEOPLE } from '../support/plans.ts';

/** What came back. */
export type Got = { readonly status: number; readonly body: Record<string, unknown>; readonly headers: Headers };

/** A client of an API that listens until the test is over; everybody of the stories has a token. */
export type AnApi = {
  readonly url: string;
  /** `as` names the person whose token is sent; null sends none. */
  ask(method: string, path: string, options?: { as?: string | null; body?: unknown; key?: string; raw?: string }): Promise<Got>;
};

/** Nobody could guess it, and the same in every process of a test. */
export const tokenOf = (name: string) => `token-of-${name}-`.padEnd(40, 'x');

export async function anApi(services: Services): Promise<AnApi> {
  const tokens = PEOPLE.map(({ id, name }) => tokenHash(id, tokenOf(name)));
  const api = await serveApi(services, { host: '127.0.0.1', port: 0, tokens });
  onTestFinished(() => api.stop());
  const url = `http://127.0.0.1:${api.port}`;
  return {
    url,
    async ask(method, path, { as = 'nora', body, key, raw } = {}) {
      const headers: Record<string, string> = {
        ...(as === null ? {} : { authorization: `Bearer ${tokenOf(as)}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      };
      const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const answer = await fetch(`${url}${path}`, { method, headers, ...(sent === undefined ? {} : { body: sent }) });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown>, headers: answer.headers };
    },
  };
}
