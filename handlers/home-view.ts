import type { HomeView } from '@slack/types';
import { between, type Instant } from '../src/domain/instant.ts';
import type { Actor } from '../src/domain/people.ts';
import type { Run } from '../src/domain/run.ts';
import type { ProcessBeat, Services } from '../src/ports.ts';
import { home, homeTrouble, type Health, type Known, type Waiting } from '../src/slack/render/home.ts';
import { personOf } from './actor.ts';
import { cardLink } from './card-link.ts';
import { waitingFor } from './possible.ts';

/** What this process knows about itself. */
export type OwnHealth = Pick<Health, 'connections' | 'trouble' | 'version'>;

type Asking = { readonly services: Services; readonly address: () => string | null; readonly health: () => OwnHealth };

const LISTED = 30;
/** Processes say every three seconds that they live. */
const LATE_MS = 15_000;

/** The Home tab for one person, from the ledger (R12). When the ledger does not answer, the tab says that. */
export async function homeView(asking: Asking, userId: string): Promise<HomeView> {
  try {
    return home(await know(asking, userId));
  } catch (error) {
    asking.services.log.warn({ user: userId, error: String(error) }, 'the Home tab could not be filled');
    return homeTrouble();
  }
}

async function know(asking: Asking, userId: string): Promise<Known> {
  const { services, health } = asking;
  const { ledger } = services;
  const person = personOf(services.people(), userId);
  const actor: Actor = { id: person?.id ?? userId, name: person?.name ?? userId, via: 'slack' };
  const [now, active, newest, beats] = await Promise.all([
    ledger.now(),
    ledger.list({ active: true, limit: LISTED }),
    ledger.list({ limit: LISTED }),
    ledger.beats(),
  ]);
  const links = await Promise.all(active.map(async ({ id }) => [id, await cardLink(asking, id)] as const));
  const waiting: readonly Waiting[] = active.flatMap((run) => waitingFor(run, { services, actor, now }).map((what) => ({ run, what })));
  return {
    now,
    active,
    waiting,
    recent: newest.filter((run) => !active.some((open) => open.id === run.id)).slice(0, 10),
    targets: [...services.targets.values()].map(({ name, window }) => ({ name, window, backup: newestBackup(newest, name) })),
    cards: new Map(links.flatMap(([id, link]) => (link === null ? [] : [[id, link] as const]))),
    health: { ...health(), ...workerHealth(beats, now) },
  };
}

function newestBackup(runs: readonly Run[], target: string): Run['backup'] {
  return runs.find((run) => run.target === target && run.backup !== null)?.backup ?? null;
}

function workerHealth(beats: readonly ProcessBeat[], now: Instant): Pick<Health, 'workerSeen' | 'workerLate'> {
  const seen = beats.filter(({ role }) => role === 'worker').map(({ seenAt }) => seenAt);
  const newest = seen.toSorted().at(-1) ?? null;
  const workerLate = newest !== null && between(newest, now) > LATE_MS;
  return { workerSeen: newest, workerLate };
}
