import { Temporal } from 'temporal-polyfill';
import { textOf } from './json.ts';
import type { Json } from './json.ts';
import type { Live } from './live.ts';
import type { ClockControl } from './options.ts';
import { epochMs, epochSeconds } from './time.ts';

export type ClockAnswer =
  | { readonly ok: true; readonly now: string; readonly zone: string }
  | { readonly ok: false; readonly error: string };

export type ProgramClock = {
  readonly zone: string | undefined;
  /** What the program's clock shows, in epoch seconds; real time when there is no control over it. */
  shownAt(): number;
  read(): Promise<ClockAnswer>;
  /** `{now}` (ISO 8601) or `{advance_s}` (seconds). Refuses both, neither, and what the program's clock refuses. */
  move(wish: Json): Promise<ClockAnswer>;
  stop(): void;
};

const lookEveryMs = 2_000;

/** The hands on the program's clock, and a look at it every two seconds so that messages carry the time people act in. */
export function openProgramClock(control: ClockControl | undefined, live: Live): ProgramClock {
  let aheadSeconds = 0;

  function noticed(now: string): ClockAnswer {
    const zone = control?.zone ?? 'UTC';
    const seen = Temporal.Instant.from(now).epochMilliseconds;
    aheadSeconds = Math.round((seen - epochMs()) / 1000);
    live.emit({ type: 'clock', now, zone });
    return { ok: true, now, zone };
  }

  async function attempt(act: () => Promise<string>): Promise<ClockAnswer> {
    try {
      return noticed(await act());
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error.message : String(error) };
    }
  }

  const read = (): Promise<ClockAnswer> =>
    control
      ? attempt(() => control.now())
      : Promise.resolve({ ok: false, error: 'This program runs on the real clock; there is nothing to move.' });

  const looking = control ? setInterval(() => void read(), lookEveryMs).unref() : undefined;
  if (control) void read();

  return {
    zone: control?.zone,
    shownAt: () => epochSeconds() + aheadSeconds,
    read,
    async move(wish) {
      if (!control) return read();
      const { now, advance_s } = wish;
      if ((now === undefined) === (advance_s === undefined))
        return { ok: false, error: 'Give either now (ISO 8601) or advance_s (seconds).' };
      if (now !== undefined) return attempt(() => control.set(textOf(now)));
      const seconds = Number(advance_s);
      if (!Number.isFinite(seconds))
        return { ok: false, error: `advance_s must be a number of seconds, not ${JSON.stringify(advance_s)}.` };
      return attempt(() => control.advance(seconds));
    },
    stop: () => clearInterval(looking),
  };
}
