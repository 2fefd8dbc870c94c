import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { plus } from '../../src/domain/instant.ts';
import type { ProviderRestore, RestoreTool, WentBack } from '../../src/ports.ts';
import { pointInTime } from '../../src/worker/steps/point-in-time.ts';
import type { Task } from '../../src/worker/task.ts';
import { storyTo, type Scene } from '../support/runs.ts';

type Given = {
  readonly scene: Scene;
  readonly went?: WentBack;
  readonly minutes?: number;
  /** Its hash, or why it cannot be read. */
  readonly schema?: string | Error;
  /** Milliseconds after which the same worker does the step once more, each. */
  readonly again?: readonly number[];
  readonly validations?: readonly string[];
  readonly provider?: Partial<ProviderRestore> | null;
  /** Commands that the ledger refuses. */
  readonly refuses?: readonly Command['type'][];
  /** What happens while the request is noted. */
  readonly noting?: (worker: AbortController) => void;
};

const SPAN = { ok: true, source: '', value: { earliest: '2026-11-24T00:00:00.000Z', latest: '2026-11-24T19:04:00.000Z' } } as const;

/** The step on a run of this scene; what was reported, and which moments the provider was asked for. */
async function step({ scene, went = { back: false, why: 'away' }, minutes = 0, provider = {}, ...given }: Given) {
  const { run, now } = storyTo(scene);
  const reported: Command[] = [];
  const asked: string[] = [];
  let looks = 0;
  const worker = new AbortController();
  const supabase: ProviderRestore = {
    provider: 'Supabase',
    span: async () => SPAN,
    begin: async () => ({ answer: 'accepted' }),
    request: () => '',
    ...provider,
  };
  const tool: Partial<RestoreTool> = { mark: async () => ({ timeline: 7 }), wentBack: async () => ((looks += 1), went) };
  const task = {
    claim: { fence: { epoch: 3 } },
    context: {
      restore: tool,
      ...(provider === null
        ? {}
        : {
            pointInTime: {
              ...supabase,
              begin: async (to: string) => {
                asked.push(to);
                return await supabase.begin(to);
              },
            },
          }),
      target: {
        fingerprint: async () => {
          if (given.schema instanceof Error) throw given.schema;
          return { hash: given.schema ?? run.fingerprint, lines: [] };
        },
        validate: async () => given.validations ?? [],
      },
      sources: {
        application: { health: async () => ({ ok: true, value: { status: 200, ms: 1 } }), metrics: async () => ({ ok: false, why: '' }) },
        database: { vitals: async () => ({ ok: false, why: '', source: '' }) },
      },
    },
    services: { ledger: { now: async () => plus(now, minutes * 60_000) }, log: { info() {}, warn() {}, error() {} } },
    lockTarget: async () => true,
    report: async (command: Command) => {
      reported.push(command);
      if (command.type === 'record_restore_sent') given.noting?.(worker);
      return { ok: given.refuses?.includes(command.type) !== true };
    },
  } as unknown as Task;
  const next = { kind: 'step', step: 'point_in_time' } as const;
  const moved = await pointInTime({ task, run, next, signal: worker.signal });
  for (const ms of given.again ?? []) {
    vi.advanceTimersByTime(ms);
    await pointInTime({ task, run, next, signal: worker.signal });
  }
  return { moved, asked, looks, reported, types: reported.map(({ type }) => type) };
}

afterEach(() => void vi.useRealTimers());

/** Agreed to, and nothing sent yet. */
const AGREED: Scene = 'restoring_in_place_agreed';

describe('F61 the request to the provider', () => {
  it('is noted with the timeline before it is sent, and its answer after it', async () => {
    const { types, asked, reported } = await step({ scene: AGREED });
    expect(types).toEqual(['record_restore_sent', 'record_restore_accepted']);
    expect(reported[0]).toMatchObject({ timeline: 7 });
    expect(asked).toEqual(['2026-11-24T18:46:00.000Z']);
  });

  it('is not sent when it could not be noted: a newer worker has the run', async () => {
    expect(await step({ scene: AGREED, refuses: ['record_restore_sent'] })).toMatchObject({ moved: false, asked: [] });
  });

  it.each([
    ['a pause between note and request', () => void vi.advanceTimersByTime(3_001)],
    ['a lost lease', (worker: AbortController) => worker.abort()],
  ])('F2 is not sent after %s: somebody else may have the run', async (_what, noting) => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { asked, reported } = await step({ scene: AGREED, noting });
    expect(asked).toEqual([]);
    expect(reported.slice(1)).toEqual([{ type: 'record_restore_unsure', detail: expect.stringContaining('did not send it') }]);
  });

  it('F2 is sent when the note took less', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    expect((await step({ scene: AGREED, noting: () => void vi.advanceTimersByTime(3_000) })).asked).toHaveLength(1);
  });

  it('is not sent where the provider cannot go back so far any more, or is in no setting: the run goes back to where it stood', async () => {
    const late = { span: async () => ({ ...SPAN, value: { ...SPAN.value, earliest: '2026-11-24T18:50:00.000Z' } }) };
    const { reported, asked } = await step({ scene: AGREED, provider: late });
    expect(reported).toMatchObject([{ type: 'record_restore_failure', detail: expect.stringContaining('The database was not touched.') }]);
    expect(asked).toEqual([]);
    expect((await step({ scene: AGREED, provider: null })).types).toEqual(['record_restore_failure']);
  });

  it('waits for a provider that cannot be read, before anything is noted', async () => {
    const away = { span: async () => ({ ok: false, why: 'Supabase answered 503.', source: '' }) as const };
    await expect(step({ scene: AGREED, provider: away })).rejects.toThrow('Supabase answered 503. The database was not touched.');
  });

  it.each([
    ['refused', 'record_restore_failure'],
    ['unknown', 'record_restore_unsure'],
  ] as const)('%s is reported as %s', async (answer, type) => {
    const { types, reported } = await step({ scene: AGREED, provider: { begin: async () => ({ answer, why: 'Supabase said so.' }) } });
    expect(types).toEqual(['record_restore_sent', type]);
    expect(JSON.stringify(reported[1])).toContain('Supabase said so.');
  });
});

describe('F61 what is noted is never sent again', () => {
  it('F2 a worker that finds it without an answer asks a person', async () => {
    expect(await step({ scene: 'restoring_in_place' })).toMatchObject({ types: ['record_restore_unsure'], asked: [] });
  });

  it('one that waits for the database asks a person after half an hour, once', async () => {
    expect(await step({ scene: 'restoring_in_place_accepted', minutes: 29 })).toMatchObject({ types: [], asked: [], moved: false });
    expect(await step({ scene: 'restoring_in_place_accepted', minutes: 31 })).toMatchObject({
      types: ['record_restore_unsure'],
      asked: [],
    });
    const same = { back: false, why: 'Supabase gave no answer within 30000 ms.' } as const;
    expect(await step({ scene: 'restoring_in_place_unsure', minutes: 600, went: same })).toMatchObject({ types: [], asked: [] });
  });

  it('what is found later tells the person anew: another schema at once, another reason after half an hour', async () => {
    const scene = 'restoring_in_place_unsure';
    const other = await step({ scene, went: { back: true }, schema: 'another' });
    expect(other.reported).toMatchObject([{ type: 'record_restore_unsure', detail: expect.stringContaining('its schema is not the one') }]);
    expect((await step({ scene, minutes: 29 })).types).toEqual([]);
    expect((await step({ scene, minutes: 31 })).reported).toEqual([{ type: 'record_restore_unsure', detail: 'away' }]);
  });

  it('a database that was taken back and cannot be read is for a person after half an hour', async () => {
    const scene = 'restoring_in_place_accepted';
    const schema = new Error('permission denied for schema app');
    await expect(step({ scene, went: { back: true }, schema, minutes: 29 })).rejects.toThrow('permission denied');
    expect((await step({ scene, went: { back: true }, schema, minutes: 31 })).reported).toEqual([
      { type: 'record_restore_unsure', detail: 'The database was taken back, and cannot be looked at: permission denied for schema app.' },
    ]);
  });

  it('once unsure the server is looked at every half minute, and before that every time', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const looks = async (scene: Scene) => (await step({ scene, again: [29_999, 1] })).looks;
    expect(await looks('restoring_in_place_unsure')).toBe(2);
    expect(await looks('restoring_in_place_accepted')).toBe(3);
  });

  it.each(['restoring_in_place_accepted', 'restoring_in_place_unsure'] as const)(
    '%s ends when the database is seen taken back',
    async (scene) => {
      const { reported, asked } = await step({ scene, went: { back: true }, minutes: 14 });
      expect(asked).toEqual([]);
      expect(reported).toMatchObject([
        { type: 'record_restored', switched: null, detail: expect.stringContaining('the application is healthy') },
      ]);
    },
  );

  it('R86 what fails afterwards is said, and a schema that is another one is for a person', async () => {
    const scene = 'restoring_in_place_accepted';
    const ill = await step({ scene, went: { back: true }, validations: ['0006 line 1: 3 rows'] });
    expect(ill.reported).toMatchObject([
      { type: 'record_restored', detail: expect.stringContaining('not confirmed: 0006 line 1: 3 rows') },
    ]);
    const other = await step({ scene, went: { back: true }, schema: 'another' });
    expect(other.reported).toMatchObject([{ type: 'record_restore_unsure', detail: expect.stringContaining('its schema is not the one') }]);
  });
});
