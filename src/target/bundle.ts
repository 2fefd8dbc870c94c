import type { Client, Connection, Submittable } from 'pg';
import { codeOf } from './errors.ts';

/** One command of a bundle. A `name` is for texts of our own: each session plans them once. */
export type BundledCommand = {
  readonly text: string;
  readonly values?: readonly (string | number | boolean | null)[];
  readonly name?: string;
};

/** What one command came to: its tag, as `UPDATE` or `CREATE`, the rows it counts, and its first row as text. */
export type Completed = { readonly tag: string; readonly rowCount: number | null; readonly row: readonly (string | null)[] };

/** `at` is the command that failed, behind those that were completed; nothing behind it was executed. */
export type Bundled =
  | { readonly ok: true; readonly completed: readonly Completed[] }
  | { readonly ok: false; readonly at: number; readonly error: unknown; readonly completed: readonly Completed[] };

/** pg's own methods; its types ask for an argument that is no longer there. */
type Wire = {
  readonly stream: { cork(): void; uncork(): void };
  parse(message: { name: string; text: string }): void;
  bind(message: { statement: string; values: readonly (string | null)[] }): void;
  execute(message: { rows?: number }): void;
  close(message: { type: 'S'; name: string }): void;
  sendCopyFail(message: string): void;
  sync(): void;
};

/** Which names a session knows; DISCARD ALL makes it forget them. */
const PREPARED = new WeakMap<Client, Set<string>>();

/** To be called when the session forgot its prepared statements. */
export function forgetPrepared(client: Client): void {
  PREPARED.delete(client);
}

/**
 * Sends several commands in one message and waits once. They share one Sync, so the server itself executes nothing behind the first that
 * fails: what may not happen without its check can travel together with it. Extended protocol: a second statement in a text is refused (N6).
 */
export async function sendBundle(client: Client, commands: readonly BundledCommand[], answerMs: number): Promise<Bundled> {
  const known = PREPARED.get(client) ?? new Set();
  const bundled = await new Promise<Bundled>((resolve) => {
    client.query(new Bundle({ commands, known, answerMs, resolve }));
  });
  // What was executed was parsed, and outlives its transaction; behind a failure nobody knows, so the next bundle closes and parses it.
  const executed = commands.slice(0, bundled.completed.length).flatMap(({ name }) => name ?? []);
  // The session lost what we parsed in it: all of it is parsed anew.
  if (!bundled.ok && codeOf(bundled.error) === '26000') forgetPrepared(client);
  else PREPARED.set(client, new Set([...known, ...executed]));
  return bundled;
}

type Parts = {
  readonly commands: readonly BundledCommand[];
  readonly known: ReadonlySet<string>;
  readonly answerMs: number;
  readonly resolve: (bundled: Bundled) => void;
};

/** What pg calls while it sends and receives. */
class Bundle implements Submittable {
  readonly #parts: Parts;
  readonly #completed: Completed[] = [];
  #row: readonly (string | null)[] | null = null;
  /** Read by pg. */
  readonly query_timeout: number;
  /** Replaced by pg, which clears its timer in it. */
  callback: (error: unknown) => void;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.query_timeout = parts.answerMs;
    this.callback = (error) => {
      const { resolve } = this.#parts;
      resolve(
        error === null
          ? { ok: true, completed: this.#completed }
          : { ok: false, at: this.#completed.length, error, completed: this.#completed },
      );
    };
  }

  submit(connection: Connection): void {
    const wire = connection as unknown as Wire;
    const known = new Set(this.#parts.known);
    wire.stream.cork();
    for (const { name = '', text, values = [] } of this.#parts.commands) {
      if (name === '' || !known.has(name)) {
        if (name !== '') wire.close({ type: 'S', name });
        wire.parse({ name, text });
        if (name !== '') known.add(name);
      }
      wire.bind({ statement: name, values: values.map((value) => (value === null ? null : String(value))) });
      wire.execute({});
    }
    wire.sync();
    wire.stream.uncork();
  }

  handleRowDescription(): void {}

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    this.#row ??= fields;
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const [, tag = '', one, other] = /^([A-Za-z]+)(?: (\d+))?(?: (\d+))?/.exec(text) ?? [];
    const count = other ?? one;
    this.#completed.push({ tag: tag.toUpperCase(), rowCount: count === undefined ? null : Number(count), row: this.#row ?? [] });
    this.#row = null;
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  handleReadyForQuery(): void {
    this.callback(null);
  }

  handleError(error: unknown): void {
    this.callback(error);
  }

  /** The server has thrown our Sync away while it waited for data. */
  handleCopyInResponse(connection: Connection): void {
    const wire = connection as unknown as Wire;
    wire.sendCopyFail('A migration has no data to copy from.');
    wire.sync();
  }

  handleCopyData(): void {}

  handlePortalSuspended(): void {}
}
