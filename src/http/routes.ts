import { isRepeated } from '../domain/requests.ts';
import type { Actor, Person } from '../domain/people.ts';
import type { Run } from '../domain/run.ts';
import type { Services } from '../ports.ts';
import { act } from '../usecases/act.ts';
import { plan } from '../usecases/plan.ts';
import { stage } from '../usecases/stage.ts';
import { status, viewRun } from '../usecases/status.ts';
import { failure, refused, runBody, runLine, type Answer } from './answers.ts';
import { httpCommand, type Body } from './commands.ts';

/** A request of somebody we know, read and parsed. `key` is its Idempotency-Key; null without one. */
export type Asked = {
  readonly services: Services;
  readonly person: Person;
  readonly method: string;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Body;
  readonly key: string | null;
};

type Route = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly does: string;
  readonly answer: (asked: Asked) => Promise<Answer>;
};

const MOST_RUNS = 100;

/** Every path there is. What stands in capitals is the caller's. */
export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/v1/targets', does: 'The configured databases, each with its open run.', answer: targets },
  {
    method: 'GET',
    path: '/v1/targets/NAME',
    does: 'What is applied, what is pending, what runs, which processes live.',
    answer: oneTarget,
  },
  { method: 'POST', path: '/v1/targets/NAME/plan', does: 'Plans the pending migrations. 201 with the new run.', answer: planned },
  {
    method: 'POST',
    path: '/v1/targets/NAME/staging',
    does: 'Tries the open plan of this target out on its staging twin. 201 with the staging run.',
    answer: staged,
  },
  { method: 'GET', path: '/v1/runs', does: 'Runs, newest first: `?target=NAME`, `?active=true`, `?limit=20` (at most 100).', answer: runs },
  { method: 'GET', path: '/v1/runs/NUMBER', does: 'One run: checklist, approvals, readings, alerts, price of a rollback.', answer: oneRun },
  { method: 'POST', path: '/v1/runs/NUMBER/COMMAND', does: 'Gives a command to a run. 200 with the run as it is now.', answer: commanded },
];

/** The answer to a request: its route's, 404 where there is none, 405 where it takes another method. */
export async function answered(asked: Asked): Promise<Answer> {
  const there = ROUTES.filter(({ path }) => fits(path, asked.path));
  const route = there.find(({ method }) => method === asked.method);
  if (route !== undefined) return route.answer(asked);
  if (there.length === 0)
    return failure(404, 'unknown_path', {
      message: 'There is nothing at this address. Nothing was changed.',
      next: `Use one of ${PATHS}.`,
    });
  const allow = there.map(({ method }) => method).join(', ');
  const words = { message: `This address does not take ${asked.method}. Nothing was changed.`, next: `Use ${allow}.` };
  return { ...failure(405, 'wrong_method', words), headers: { allow } };
}

const PATHS = ROUTES.map(({ method, path }) => `${method} ${path}`).join(', ');

function fits(pattern: string, path: readonly string[]): boolean {
  const parts = pattern.split('/').slice(1);
  return parts.length === path.length && parts.every((part, index) => (/^[A-Z]+$/.test(part) ? path[index] !== '' : part === path[index]));
}

async function targets({ services }: Asked): Promise<Answer> {
  const all = [...services.targets.values()].map(async ({ name, window }) => {
    const open = await services.ledger.active(name);
    return { name, zone: window.zone, default: name === services.defaultTarget, run: open === null ? null : runLine(open) };
  });
  return { status: 200, body: { targets: await Promise.all(all) } };
}

async function oneTarget({ services, path }: Asked): Promise<Answer> {
  const [, , name = ''] = path;
  if (!services.targets.has(name)) return unknownTarget(services, name);
  const { now, applied, pending, active, latest, processes, problem } = await status(services, name);
  const body = {
    name,
    now,
    applied: applied.map(({ version, name: called, appliedAt }) => ({ version, name: called, applied_at: appliedAt })),
    pending,
    problem,
    run: active === null ? null : runLine(active.run),
    latest: latest === null ? null : runLine(latest),
    processes: processes.map(({ name: called, role, seenAt }) => ({ name: called, role, seen_at: seenAt })),
  };
  return { status: 200, body };
}

function unknownTarget(services: Services, name: string): Answer {
  const message = `There is no target "${name}". Nothing was changed.`;
  return failure(404, 'unknown_target', { message, next: `Configured: ${[...services.targets.keys()].join(', ')}.` });
}

async function planned(asked: Asked): Promise<Answer> {
  return made(asked, 'plan', plan);
}

async function staged(asked: Asked): Promise<Answer> {
  return made(asked, 'staging', stage);
}

/** A new run, or the one that the same named request made before. */
async function made({ services, person, path, key }: Asked, what: string, make: typeof plan): Promise<Answer> {
  const [, , target = ''] = path;
  if (!services.targets.has(target)) return unknownTarget(services, target);
  const actor = actorOf(person, what, key);
  const outcome = await make(services, { target, actor });
  if (outcome.ok) return { status: 201, body: { run: runLine(outcome.run), repeated: false } };
  const { refusal, run } = outcome;
  const ours = run !== null && actor.request !== undefined && run.requests.includes(`${actor.id} ${actor.request}`);
  return ours ? { status: 201, body: { run: runLine(run), repeated: true } } : refused(refusal);
}

async function runs({ services, query }: Asked): Promise<Answer> {
  const limit = Number(query.get('limit') ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_RUNS)
    return failure(400, 'bad_request', { message: `limit must be a whole number from 1 to ${MOST_RUNS}.`, next: 'Leave it out for 20.' });
  const target = query.get('target');
  const active = query.get('active') === 'true';
  const found = await services.ledger.list({ ...(target === null ? {} : { target }), active, limit });
  return { status: 200, body: { runs: found.map(runLine) } };
}

async function oneRun({ services, path }: Asked): Promise<Answer> {
  const run = await runOf(services, path[2]);
  const view = run === null ? null : await viewRun(services, run.id);
  return view === null ? noRun(path[2]) : { status: 200, body: { run: runBody(view) } };
}

async function commanded({ services, person, path, body, key }: Asked): Promise<Answer> {
  const [, , number, name = ''] = path;
  const known = httpCommand(name);
  if (known === null) {
    const message = `There is no command "${name}". Nothing was changed.`;
    return failure(404, 'unknown_command', { message, next: 'docs/http-api.md lists them.' });
  }
  const stray = Object.keys(body).find((field) => !Object.hasOwn(known.fields, field));
  if (stray !== undefined) return badBody(`${name} has no field "${stray}".`);
  const run = await runOf(services, number);
  if (run === null) return noRun(number);
  const actor = actorOf(person, name, key);
  // What it did may have changed what the same body would mean now.
  if (isRepeated(run, actor)) return { status: 200, body: { run: runLine(run), repeated: true } };
  const command = await known.read(body, { run, now: await services.ledger.now(), services });
  if (typeof command === 'string') return badBody(command);
  if ('code' in command) return refused(command);
  const outcome = await act(services, { which: { runId: run.id }, command, actor });
  if (outcome.ok) return { status: 200, body: { run: runLine(outcome.run), repeated: false } };
  if (outcome.refusal.code !== 'repeated' || outcome.run === null) return refused(outcome.refusal);
  return { status: 200, body: { run: runLine(outcome.run), repeated: true } };
}

function badBody(why: string): Answer {
  return failure(400, 'bad_request', { message: `${why} Nothing was changed.`, next: 'docs/http-api.md says what each command takes.' });
}

/** A key counts for one person and one command. */
function actorOf({ id, name }: Person, command: string, key: string | null): Actor {
  return { id, name, via: 'http', ...(key === null ? {} : { request: `${command} ${key}` }) };
}

async function runOf({ ledger }: Services, number: string | undefined): Promise<Run | null> {
  return /^[1-9]\d{0,8}$/.test(number ?? '') ? ledger.byNumber(Number(number)) : null;
}

function noRun(number: string | undefined): Answer {
  return failure(404, 'no_run', { message: `There is no run ${number ?? ''}. Nothing was changed.`, next: 'GET /v1/runs lists them.' });
}
