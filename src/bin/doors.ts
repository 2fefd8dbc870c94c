import { fileURLToPath } from 'node:url';
import { connectServices, connectSite } from '../app.ts';
import { configurationExamination, nodeExamination, servicesExaminations } from '../cli/examinations.ts';
import { BadConfiguration, EXIT, type ExitCode } from '../cli/exit.ts';
import type { Doors } from '../cli/program.ts';
import type { GlobalOptions } from '../cli/session.ts';
import { slackExamination } from '../cli/slack-examination.ts';
import { supervise, type Role } from '../cli/supervise.ts';
import { processTerminal } from '../cli/terminal.ts';
import type { Config, Secrets } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { mistakeLine } from '../config/mistake.ts';
import { openLog } from '../log.ts';
import { VERSION } from '../version.ts';

const PROGRAM = fileURLToPath(new URL('offpeak.ts', import.meta.url));

/** The program wired with the real services, processes and terminal. */
export function realDoors(): Doors {
  return {
    connect: async (options) => {
      const { config, secrets } = configured(options);
      return { ...connectServices(config, secrets, openLog('offpeak', 'warn')), user: config.user };
    },
    site: async (place) => connectSite(place),
    lint: async (request) => (await import('../processes/lint.ts')).lint(request),
    rehearse: async (options, request) => {
      const { targets, warnings } = configuredTargets(options);
      const answer = await (await import('../processes/rehearse.ts')).rehearse(request, targets);
      return answer.ok ? { ...answer, warnings: [...warnings, ...answer.warnings] } : answer;
    },
    // Loaded when asked for: a verb at the terminal must not wait for the whole bot.
    run: {
      bot: role(async () => (await import('../processes/bot.ts')).runBot),
      worker: role(async () => (await import('../processes/worker.ts')).runWorker),
      start,
    },
    doctor,
    version: VERSION,
    terminal: processTerminal(),
  };
}

function read({ config: file }: GlobalOptions) {
  return loadConfig(file === undefined ? {} : { file });
}

function configured(options: GlobalOptions): { readonly config: Config; readonly secrets: Secrets } {
  const loaded = read(options);
  if (loaded.ok) return loaded;
  throw new BadConfiguration(`The configuration has mistakes; nothing was started.\n${loaded.mistakes.map(mistakeLine).join('\n')}`);
}

/** The targets that must be left alone. Without a configuration there are none; one with mistakes says so. */
function configuredTargets(options: GlobalOptions): {
  readonly targets: readonly { readonly name: string; readonly connectionString: string }[];
  readonly warnings: readonly string[];
} {
  const loaded = options.config === undefined ? read(options) : { ok: true as const, ...configured(options) };
  if (loaded.ok)
    return {
      targets: [...loaded.secrets.targets].map(([name, { database }]) => ({ name, connectionString: database.reveal() })),
      warnings: [],
    };
  const there = loaded.mistakes.some(({ line }) => line !== null);
  return {
    targets: [],
    warnings: there ? ['The configuration has mistakes (see offpeak doctor), so nobody compared this server with its targets.'] : [],
  };
}

function role(load: () => Promise<(config: Config, secrets: Secrets) => Promise<void>>) {
  return async (options: GlobalOptions): Promise<ExitCode> => {
    const { config, secrets } = configured(options);
    const run = await load();
    await run(config, secrets);
    return EXIT.done;
  };
}

/** The command line of one role, for whoever starts it as a process. */
export function roleCommand(name: 'bot' | 'worker', config?: string): Role {
  return { name, command: process.execPath, args: [PROGRAM, name, ...(config === undefined ? [] : ['--config', config])] };
}

async function start(options: GlobalOptions): Promise<ExitCode> {
  const { config } = configured(options);
  const log = openLog('start');
  const roles = [roleCommand('bot', config.file), roleCommand('worker', config.file)];
  const supervised = supervise({ roles, log: (message) => log.warn(message) });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void supervised.stop());
  return (await supervised.ended) === EXIT.misused ? EXIT.misused : EXIT.done;
}

async function doctor(options: GlobalOptions): ReturnType<Doors['doctor']> {
  const node = nodeExamination(process.version);
  const loaded = read(options);
  if (!loaded.ok) return { examinations: [node, configurationExamination('', loaded.mistakes.map(mistakeLine))], close: async () => {} };
  const { config, secrets } = loaded;
  const services = connectServices(config, secrets, openLog('doctor', 'silent'));
  const { apiUrl, channel } = config.slack;
  const slack = slackExamination({ apiUrl, channel, botToken: secrets.slack.botToken.reveal() });
  const examinations = [node, configurationExamination(config.file, []), ...servicesExaminations(services), slack];
  return { examinations, close: () => services.close() };
}
