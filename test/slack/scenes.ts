import type { Sample } from '../../src/domain/monitor.ts';
import { METRICS } from '../../src/domain/monitor.ts';
import { RUN_STATES } from '../../src/domain/run.ts';
import type { RunPrice } from '../../src/domain/price.ts';
import type { RunView } from '../../src/usecases/status.ts';
import { messagesOf, type RenderedMessage } from '../../src/slack/render/messages.ts';
import { PEOPLE, storyTo, VARIANTS, type Scene, type StoryOptions } from '../support/runs.ts';

/** Every state of a run and every variant of the stories. */
export const ALL_SCENES: readonly Scene[] = [...RUN_STATES, ...VARIANTS];

const READINGS = { error_rate: 0.0006, p95: 131, connections: 0.34, long_queries: 3, lock_waits: 1, database_errors: 0 };

const migration = { rows: 0, losses: [], gone: [] };
/** Nothing would be lost. */
const LOSSLESS: RunPrice['migrations'] = [
  { ...migration, version: '0007', name: 'leads_newest_first', kind: 'lossless' },
  { ...migration, version: '0008', name: 'leads_email_domain', kind: 'lossless' },
];
const values = 'values of leads.email_domain';
/** Rows would lose something. */
export const LOSSY: RunPrice['migrations'] = LOSSLESS.map((each) =>
  each.version === '0007'
    ? each
    : { ...each, kind: 'lossy', rows: 84_000, losses: [{ line: 1, what: values, answer: { state: 'counted', rows: 84_000 } }] },
);
/** A backfill has filled what a rollback would take away. */
const FILLED: readonly Scene[] = ['migrating_backfill', 'holding_paused', 'observing'];

/** A scene as surfaces see it, with one reading of each metric and a backfill under way. */
export function viewOf(scene: Scene, options: StoryOptions = {}): RunView {
  const { run, now } = storyTo(scene, options);
  const samples: readonly Sample[] = METRICS.filter((metric) => metric !== 'database_errors').map((metric) => ({
    metric,
    at: now,
    value: READINGS[metric],
    detail: '',
  }));
  const price = { at: now, migrations: FILLED.includes(scene) ? LOSSY : LOSSLESS };
  return {
    run,
    now,
    samples,
    price,
    progress: { position: 2, doneRows: 84_000, totalRows: 120_000, rowsPerSecond: 410, note: '', at: now },
  };
}

/** What a scene shows in Slack, by key. */
export function drawn(view: RunView): ReadonlyMap<string, RenderedMessage> {
  return new Map(messagesOf(view, PEOPLE).map((message) => [message.key, message]));
}

/** One message of a scene; throws when the scene has none of that key. */
export function messageOf(scene: Scene, key: string, options: StoryOptions = {}): RenderedMessage {
  const message = drawn(viewOf(scene, options)).get(key);
  if (message === undefined) throw new Error(`${scene} has no message ${key}`);
  return message;
}

export type Button = {
  readonly action_id: string;
  readonly value: string;
  readonly text: { readonly text: string };
  readonly style?: string;
  readonly confirm?: { readonly text: { readonly text: string } };
  readonly accessibility_label?: string;
};

/** The buttons of a message in reading order. */
export function buttonsOf({ blocks }: { readonly blocks: readonly unknown[] }): readonly Button[] {
  return blocks.flatMap((block) => {
    const { elements = [], accessory } = block as { elements?: readonly { type: string }[]; accessory?: { type: string } };
    return [...elements, ...(accessory === undefined ? [] : [accessory])].filter(({ type }) => type === 'button') as unknown as Button[];
  });
}

/** A choice of the ⋯ menu. */
export type Choice = { readonly value: string; readonly text: { readonly text: string } };

/** The choices of the ⋯ menu of a message. */
export function choicesOf({ blocks }: { readonly blocks: readonly unknown[] }): readonly Choice[] {
  const elements = blocks.flatMap(
    (block) => (block as { elements?: readonly { type: string; options?: readonly Choice[] }[] }).elements ?? [],
  );
  return elements.flatMap(({ type, options = [] }) => (type === 'overflow' ? options : []));
}

/** All that can be read in a message, without the dialogs of its buttons. */
export function wordsOf({ blocks }: { readonly blocks: readonly unknown[] }): string {
  const words: string[] = [];
  const walk = (value: unknown, key: string) => {
    if (key === 'confirm') return;
    if (typeof value === 'string') {
      if (key === 'text') words.push(value);
      return;
    }
    if (value !== null && typeof value === 'object') for (const [name, part] of Object.entries(value)) walk(part, name);
  };
  for (const block of blocks) walk(block, '');
  return words.join('\n');
}
