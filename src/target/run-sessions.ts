import type { Actor } from './fence.ts';
import { openSession, sessionName, type OpenRequest, type Session } from './session.ts';
import type { SessionSettings } from './settings.ts';

/** The two sessions of a run: one executes, one looks at it from outside and can cancel it. */
export type Pair = { readonly work: Session; readonly watch: Session };

/** Timeouts while no unit is running; a unit sets its own. */
const WORK = { lockTimeoutMs: 2_000, statementTimeoutMs: 60_000 };
const WATCH = { lockTimeoutMs: 2_000, statementTimeoutMs: 10_000 };

/** Keeps the sessions of each run open between its units; a broken one is replaced at the next use. */
export class RunSessions {
  readonly #open: (settings: SessionSettings) => OpenRequest;
  readonly #pairs = new Map<string, Pair>();

  constructor(open: (settings: SessionSettings) => OpenRequest) {
    this.#open = open;
  }

  /** Sessions as if just opened: whatever a file before may have set is discarded. */
  async take(actor: Actor, what: string): Promise<Pair> {
    const settings = { ...WORK, applicationName: sessionName(actor.runId, actor.epoch, what) };
    const known = this.#pairs.get(actor.runId);
    if (known?.work.alive() === true && known.watch.alive()) {
      // Whoever left a transaction open did not know what became of it.
      if (known.work.client.getTransactionStatus() !== 'I') await known.work.client.query('ROLLBACK');
      await known.work.renew(settings);
      return known;
    }
    await this.drop(actor.runId);
    const watch = await openSession(this.#open({ ...WATCH, applicationName: sessionName(actor.runId, actor.epoch, 'watch') }));
    try {
      const pair = { watch, work: await openSession(this.#open(settings)) };
      this.#pairs.set(actor.runId, pair);
      return pair;
    } catch (error) {
      await watch.end();
      throw error;
    }
  }

  /** Ends the sessions of a run. */
  async drop(runId: string): Promise<void> {
    const pair = this.#pairs.get(runId);
    this.#pairs.delete(runId);
    if (pair !== undefined) await Promise.all([pair.work.end(), pair.watch.end()]);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pairs.keys()].map((runId) => this.drop(runId)));
  }
}
