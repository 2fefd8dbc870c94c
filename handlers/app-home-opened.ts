import { home, type Waiting } from '../src/slack/render/home.ts';
import { waitingFor } from './possible.ts';
import type { HomeOpened, Tools } from './tools.ts';

const LISTED = 30;

/** Draws the Home tab for the person who opened it (R12). A failure is only logged: the card in the channel is what counts. */
export async function appHomeOpened(tools: Tools, { user, client }: HomeOpened): Promise<void> {
  const { services } = tools;
  try {
    const person = services.people().find((entry) => entry.id === user);
    const actor = { id: user, name: person?.name ?? user, via: 'slack' } as const;
    const [now, active, newest] = await Promise.all([
      services.ledger.now(),
      services.ledger.list({ active: true, limit: LISTED }),
      services.ledger.list({ limit: LISTED }),
    ]);
    const waiting: readonly Waiting[] = active.flatMap((run) => waitingFor(run, { services, actor, now }).map((what) => ({ run, what })));
    const recent = newest.filter((run) => !active.some((open) => open.id === run.id)).slice(0, 10);
    await client.views.publish({ user_id: user, view: home({ active, waiting, recent }) });
  } catch (error) {
    services.log.warn({ user, error: String(error) }, 'the Home tab could not be drawn');
  }
}
