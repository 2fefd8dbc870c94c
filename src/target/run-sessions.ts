import { isConnectionLoss } from './errors.ts';
import type { Actor } from './fence.ts';
import { Outlook } from './outlook.ts';
import { checkServer, type PlannedOn } from './same-server.ts';
import { openSession, sessionName, type OpenRequest, type Session } from './session.ts';
import type { SessionSettings } from './settings.ts';

/** The two sessions of a run: one executes, one looks at it from outside and can cancel it. */
export type Pair = { readonly work: Session; readonly watch: Session; readonly outlook: Outlook };

/** Timeouts while no unit is running; a unit sets its own. */
const WORK = { lockTimeoutMs: 2_000, statementTimeoutMs: 60_000 };
const WATCH = { lockTimeoutMs: 2_000, statementTimeoutMs: 10_000 };

/** Keeps the sessions of each run open between its units; a broken one is replaced at the next use. */
export class RunSessions {
  readonly #open: (settings: SessionSettings) => OpenRequest;
  readonly #pairs = new Map<string, Pair>();
  /** Runs whose sessions are as they were taken, so that there is nothing to clean. */
  readonly #clean = new Set<string>();

  constructor(open: (settings: SessionSettings) => OpenRequest) {
    this.#open = open;
  }

  /**
   * Sessions as if just opened: whatever a file before may have set is discarded. New ones must reach the server of the plan.
   * After `leftClean` they are handed out as they are, under the name of what was done before.
   */
  async take(actor: Actor, what: string, plannedOn?: PlannedOn): Promise<Pair> {
    const settings = { ...WORK, applicationName: sessionName(actor.runId, actor.epoch, what) };
    const known = this.#pairs.get(actor.runId);
    const clean = this.#clean.delete(actor.runId);
    if (known?.work.alive() === true && known.watch.alive() && (isIdle(known, clean) || (await isRenewed(known, settings)))) return known;
    await this.drop(actor.runId);
    const opened: Session[] = [];
    const open = async (request: OpenRequest) => {
      const session = await openSession(request);
      opened.push(session);
      await checkServer(session.client, plannedOn);
      return session;
    };
    try {
      const outlook = new Outlook();
      const watch = await open(this.#open({ ...WATCH, applicationName: sessionName(actor.runId, actor.epoch, 'watch') }));
      // A unit may run for hours: whether its answer still comes is what the other session looks at.
      const pair = { watch, outlook, work: await open({ ...this.#open(settings), answerMs: 0 }) };
      this.#pairs.set(actor.runId, pair);
      return pair;
    } catch (error) {
      await Promise.all(opened.map((session) => session.end()));
      throw error;
    }
  }

  /** Whoever took the sessions last surely left nothing in them. */
  leftClean(runId: string): void {
    this.#clean.add(runId);
  }

  /** One more session that executes, for a unit that works in several at once. It is not kept: whoever asked for it ends it. */
  async another(actor: Actor, what: string, plannedOn?: PlannedOn): Promise<Session> {
    const settings = { ...WORK, applicationName: sessionName(actor.runId, actor.epoch, what) };
    const session = await openSession({ ...this.#open(settings), answerMs: 0 });
    try {
      await checkServer(session.client, plannedOn);
      return session;
    } catch (error) {
      await session.end();
      throw error;
    }
  }

  /** Ends the sessions of a run. */
  async drop(runId: string): Promise<void> {
    const pair = this.#pairs.get(runId);
    this.#pairs.delete(runId);
    this.#clean.delete(runId);
    if (pair !== undefined) await Promise.all([pair.work.end(), pair.watch.end()]);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pairs.keys()].map((runId) => this.drop(runId)));
  }
}

/** Nothing is open in it, and it was left clean. */
function isIdle({ work }: Pair, clean: boolean): boolean {
  return clean && work.client.getTransactionStatus() === 'I';
}

/** False when the connection turned out to be dead: nothing was executed on it, so a new one may take its place. */
async function isRenewed({ work }: Pair, settings: SessionSettings): Promise<boolean> {
  try {
    // Whoever left a transaction open did not know what became of it.
    if (work.client.getTransactionStatus() !== 'I') await work.client.query('ROLLBACK');
    await work.renew(settings);
    return true;
  } catch (error) {
    if (isConnectionLoss(error)) return false;
    throw error;
  }
}
