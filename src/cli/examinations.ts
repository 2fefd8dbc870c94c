import { between } from '../domain/instant.ts';
import type { Reading, Services, TargetContext } from '../ports.ts';
import { count, peakHours } from '../slack/render/text.ts';
import type { Examination, Examined } from './doctor.ts';
import { freezeRows } from './views/freeze.ts';

const BEAT_LIMIT_MS = 15_000;

/** Whether this Node.js can run the program. */
export function nodeExamination(version: string): Examination {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const ok = major > 24 || (major === 24 && minor >= 11);
  return { name: 'Node.js', look: async () => ({ ok, detail: version, fix: 'Install Node.js 24.11 or newer.' }) };
}

/** The configuration as it was read: no lines when it has no mistakes. */
export function configurationExamination(file: string, mistakes: readonly string[]): Examination {
  const ok = mistakes.length === 0;
  const detail = ok ? file : mistakes.join('\n');
  return { name: 'Configuration', look: async () => ({ ok, detail, fix: 'Mend these lines; offpeak.example.yaml shows every setting.' }) };
}

/** Everything that can be seen through the services: ledger, targets with backups, files and application, and the processes. */
export function servicesExaminations(services: Services): readonly Examination[] {
  const targets = [...services.targets.values()].flatMap((context) => [
    ...targetExaminations(context),
    windowExamination(services, context),
  ]);
  return [ledgerExamination(services), ...targets, processesExamination(services)];
}

function ledgerExamination({ ledger }: Services): Examination {
  const look = async (): Promise<Examined> => {
    await ledger.now();
    try {
      const [newest] = await ledger.list({ limit: 1 });
      return { ok: true, detail: newest === undefined ? 'reachable, no runs yet' : `reachable, newest run #${newest.number}` };
    } catch (error) {
      return { ok: false, detail: `reachable, but ${words(error)}`, fix: 'offpeak start or offpeak worker brings its schema up to date.' };
    }
  };
  return { name: 'Ledger', look: mending(look, 'Check LEDGER_DATABASE_URL, the network, and that the server runs.') };
}

function targetExaminations(context: TargetContext): readonly Examination[] {
  const { name, target, backups, migrations, sources } = context;
  return [
    {
      name: `Target ${name}`,
      look: mending(async () => {
        const unusable = await target.unusable();
        if (unusable !== null) return { ok: false, detail: unusable };
        const { serverVersion, database } = await target.identity();
        return { ok: true, detail: `PostgreSQL ${serverVersion}, database ${database}` };
      }, 'Check its connection string, the network, and that the server runs.'),
    },
    {
      name: `Migrations ${name}`,
      look: async () => {
        const read = await migrations.read();
        if (read.ok) return { ok: true, detail: `${count(read.migrations.length, 'migration')} can be read` };
        return { ok: false, detail: read.problems.map((problem) => problem.message).join('\n'), fix: 'Mend the files; nothing was run.' };
      },
    },
    {
      name: `Backups ${name}`,
      look: async () => {
        const missing = await backups.unusable();
        return missing === null
          ? { ok: true, detail: 'tools, directory, space and scratch server are there' }
          : { ok: false, detail: missing };
      },
    },
    {
      name: `Health ${name}`,
      look: async () => {
        const fix = 'Start the application, or correct application.health in the configuration.';
        return reading(await sources.application.health(), fix, ({ status, ms }) => ({
          ok: status >= 200 && status < 300,
          detail: `${status} in ${Math.round(ms)} ms`,
          fix,
        }));
      },
    },
    {
      name: `Metrics ${name}`,
      look: async () =>
        reading(await sources.application.metrics(), 'Correct application.metrics in the configuration.', ({ requests }) => ({
          ok: true,
          detail: `${requests} requests counted`,
        })),
    },
    ...readingExaminations(context),
  ];
}

/** Each reading that the settings name a source for: whether it answers, and with what. Judging is the checks'. */
function readingExaminations({ name, sources }: TargetContext): readonly Examination[] {
  return Object.entries(sources.readings ?? {}).map(([key, read]) => ({
    name: `Reading ${key} ${name}`,
    look: async () =>
      reading<unknown>(await read(), 'Correct its source under readings in the configuration, or the source.', (value) => ({
        ok: true,
        detail: typeof value === 'number' ? String(Number(value.toFixed(3))) : JSON.stringify(value),
      })),
  }));
}

/** Peak hours are no mistake, and a freeze is none either: whoever looks should only know of the next one. */
function windowExamination({ ledger }: Services, { name, window }: TargetContext): Examination {
  const look = async (): Promise<Examined> => {
    const freezes = freezeRows(window, await ledger.now()).map(([, text]) => text);
    const next = (window.freezes ?? []).length === 0 ? 'no freeze is configured' : (freezes[0] ?? 'no freeze within 60 days');
    return { ok: true, detail: `never ${peakHours(window)}; ${freezes.length === 0 ? next : `freeze ${next}`}` };
  };
  return { name: `Window ${name}`, look: mending(look, 'The ledger has to be reachable first.') };
}

function processesExamination({ ledger }: Services): Examination {
  const look = async (): Promise<Examined> => {
    const [now, beats] = await Promise.all([ledger.now(), ledger.beats()]);
    const alive = beats.filter((beat) => between(beat.seenAt, now) <= BEAT_LIMIT_MS);
    const dead = (['bot', 'worker'] as const).filter((role) => !alive.some((beat) => beat.role === role));
    const detail = alive.length === 0 ? 'none seen' : alive.map((beat) => `${beat.role} ${beat.name}`).join(', ');
    if (dead.length === 0) return { ok: true, detail };
    return {
      ok: false,
      detail: `${detail}; no ${dead.join(' and no ')} within ${BEAT_LIMIT_MS / 1000} s`,
      fix: 'Start them: offpeak start.',
    };
  };
  return { name: 'Processes', look: mending(look, 'The ledger has to be reachable first.') };
}

function reading<T>(read: Reading<T>, fix: string, judge: (value: T) => Examined): Examined {
  return read.ok ? judge(read.value) : { ok: 'unknown', detail: read.why, fix };
}

/** What throws is not well, and comes with what to do. */
function mending(look: () => Promise<Examined>, fix: string): () => Promise<Examined> {
  return async () => {
    try {
      return await look();
    } catch (error) {
      return { ok: false, detail: words(error), fix };
    }
  };
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
