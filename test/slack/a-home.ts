import type { Known } from '../../src/slack/render/home.ts';
import { aPlan, evening } from '../support/runs.ts';

/** A Home tab on a quiet evening, or with these parts replaced. */
export function aHome(overrides: Partial<Known> = {}): Known {
  return {
    now: evening('17:30'),
    active: [],
    waiting: [],
    recent: [],
    targets: [{ name: 'acme', window: aPlan().window, backup: null }],
    cards: new Map(),
    health: { connections: 2, trouble: null, workerSeen: evening('17:30'), workerLate: false, version: '1.0.0' },
    ...overrides,
  };
}
