import { Agent, request } from 'undici';
import { SAMPLE_PASSWORD } from './password.ts';

export interface Traffic {
  readonly stop: () => Promise<void>;
}

interface Visitor {
  readonly email: string;
  token: string | null;
  leads: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

type Ask = (path: string, init?: { method?: 'GET' | 'POST' | 'PATCH'; body?: unknown; token?: string | null }) => Promise<Answer>;
type Action = (visitor: Visitor, turn: number, ask: Ask) => Promise<void>;

/** More would be no outage any more but a queue in this process. */
const MOST_IN_FLIGHT = 300;
const GIVE_UP_MS = 5000;
const STATUSES = ['contacted', 'won', 'lost', 'new'] as const;

/** Half reads, a third writes: what the users of an ordinary day do. Each turn takes the next one. */
const DAY: readonly Action[] = [
  list, capture, list, changeStatus, list, readTenant, list, capture, list, list,
  changeStatus, list, capture, list, readTenant, changeStatus, list, health, list, logInAgain,
]; // prettier-ignore

/**
 * Sends `perSecond` real HTTP requests a second on behalf of `visitors` users, for as long as it is not stopped. Open loop: it does not
 * slow down when the application does, as people outside do not. Answers are not judged here; the application counts them.
 */
export function startTraffic(url: string, { perSecond, visitors }: { readonly perSecond: number; readonly visitors: number }): Traffic {
  const crowd: Visitor[] = Array.from({ length: visitors }, (_, n) => ({ email: `user${n + 1}@acme.example`, token: null, leads: [] }));
  const inFlight = new Set<Promise<void>>();
  const stopping = new AbortController();
  // Not fetch: it costs twice the CPU, which the database needs.
  const dispatcher = new Agent({ headersTimeout: GIVE_UP_MS, bodyTimeout: GIVE_UP_MS });
  const ask: Ask = async (path, { method = 'GET', body, token } = {}) => {
    const answer = await request(url + path, {
      dispatcher,
      method,
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: body === undefined ? null : JSON.stringify(body),
      signal: stopping.signal,
    });
    return { status: answer.statusCode, body: await answer.body.json() };
  };

  let turn = 0;
  const timer = setInterval(() => {
    const visitor = crowd[turn % crowd.length];
    // Not a multiple of each other, so every visitor comes to every action.
    const action = DAY[(turn + Math.floor(turn / crowd.length)) % DAY.length];
    turn += 1;
    if (!visitor || !action || inFlight.size >= MOST_IN_FLIGHT) return;
    const visit = (visitor.token === null ? logInAgain : action)(visitor, turn, ask)
      .catch(() => {})
      .finally(() => inFlight.delete(visit));
    inFlight.add(visit);
  }, 1000 / perSecond);

  const stop = async () => {
    clearInterval(timer);
    stopping.abort();
    await Promise.all(inFlight);
    await dispatcher.destroy();
  };
  return { stop };
}

async function list(visitor: Visitor, _turn: number, ask: Ask): Promise<void> {
  const answer = await ask('/api/leads', { token: visitor.token });
  noteLogout(visitor, answer);
  if (answer.status === 200 && Array.isArray(answer.body)) visitor.leads = answer.body.map((lead: { id: string }) => lead.id);
}

async function capture(_visitor: Visitor, turn: number, ask: Ask): Promise<void> {
  const body = { tenant: `tenant-${1 + (turn % 50)}`, email: `visitor.${turn}@Example.org`, name: `Visitor ${turn}` };
  await ask('/api/leads', { method: 'POST', body });
}

async function changeStatus(visitor: Visitor, turn: number, ask: Ask): Promise<void> {
  const id = visitor.leads[turn % Math.max(visitor.leads.length, 1)];
  if (id === undefined) return await list(visitor, turn, ask);
  const status = STATUSES[turn % STATUSES.length];
  noteLogout(visitor, await ask(`/api/leads/${id}`, { method: 'PATCH', body: { status }, token: visitor.token }));
}

async function readTenant(visitor: Visitor, _turn: number, ask: Ask): Promise<void> {
  noteLogout(visitor, await ask('/api/tenant', { token: visitor.token }));
}

async function health(_visitor: Visitor, _turn: number, ask: Ask): Promise<void> {
  await ask('/api/health');
}

async function logInAgain(visitor: Visitor, _turn: number, ask: Ask): Promise<void> {
  const old = visitor.token;
  const { body } = await ask('/api/login', { method: 'POST', body: { email: visitor.email, password: SAMPLE_PASSWORD } });
  if (typeof body !== 'object' || body === null || !('token' in body)) return;
  visitor.token = String(body.token);
  if (old !== null) await ask('/api/logout', { method: 'POST', token: old });
}

/** After a restore the sessions of a while ago may be gone; the visitor logs in again at the next turn. */
function noteLogout(visitor: Visitor, { status }: Answer): void {
  if (status === 401) visitor.token = null;
}
