import type { Instant } from '../domain/instant.ts';
import type { HookResult, Reading } from './readings.ts';

/** A hook that somebody asked for by name. */
export type HookRun = {
  readonly id: number;
  readonly target: string;
  readonly hook: string;
  /** The id of the person. */
  readonly askedBy: string;
  readonly askedAt: Instant;
  /** The process that runs it; null while none has taken it. */
  readonly runner: string | null;
  readonly endedAt: Instant | null;
  /** Null while it runs, and for ever when its process died with it. */
  readonly result: Reading<HookResult> | null;
};

/** Hooks that people ask for: asked for by the process that talks to them, run by one that may. Each is run once or not at all. */
export interface HookRunStore {
  /** Out: its number. It may be taken for `waitMs`; what nobody took then is never run. With a runner it is taken already. */
  askHook(request: { target: string; hook: string; by: string; waitMs: number; runner?: string }): Promise<number>;
  /** The oldest of these targets; null when there is none. Whoever takes it ends it. */
  takeHook(runner: string, targets: readonly string[]): Promise<HookRun | null>;
  endHook(id: number, runner: string, result: Reading<HookResult>): Promise<void>;
  hookRun(id: number): Promise<HookRun | null>;
  /** The newest of each hook. */
  hookRuns(target: string): Promise<readonly HookRun[]>;
}
