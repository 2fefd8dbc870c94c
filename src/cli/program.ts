import { Command, CommanderError } from 'commander';
import type { FormatName } from '../domain/formats.ts';
import type { LintAnswer, LintRequest } from '../domain/lint.ts';
import type { RehearseAnswer, RehearseRequest } from '../domain/round-trip.ts';
import type { AdoptionSite } from '../usecases/adopt.ts';
import { acknowledgeVerb } from './verbs/acknowledge.ts';
import { acknowledgeAlertVerb } from './verbs/acknowledge-alert.ts';
import { backupVerb } from './verbs/backup.ts';
import { adoptVerb } from './verbs/adopt.ts';
import { approveVerb } from './verbs/approve.ts';
import { auditVerb } from './verbs/audit.ts';
import { cancelVerb } from './verbs/cancel.ts';
import { checkVerb } from './verbs/check.ts';
import { checklistVerb } from './verbs/checklist.ts';
import { confirmVerb } from './verbs/confirm.ts';
import { dbVerbs } from './verbs/db.ts';
import { holdVerb } from './verbs/hold.ts';
import { hookVerb } from './verbs/hook.ts';
import { hooksVerb } from './verbs/hooks.ts';
import { drillVerb } from './verbs/drill.ts';
import { historyVerb } from './verbs/history.ts';
import { lintVerb } from './verbs/lint.ts';
import { logsVerb } from './verbs/logs.ts';
import { migrateVerb } from './verbs/migrate.ts';
import { pauseVerb } from './verbs/pause.ts';
import { planVerb } from './verbs/plan.ts';
import { presentVerb } from './verbs/present.ts';
import { rehearseVerb } from './verbs/rehearse.ts';
import { rejectVerb } from './verbs/reject.ts';
import { testedVerb } from './verbs/tested.ts';
import { lessonsVerb } from './verbs/lessons.ts';
import { reportProblemVerb } from './verbs/report-problem.ts';
import { restoreVerb } from './verbs/restore.ts';
import { resumeVerb } from './verbs/resume.ts';
import { raiseVerb } from './verbs/raise.ts';
import { rollbackVerb } from './verbs/rollback.ts';
import { scheduleVerb } from './verbs/schedule.ts';
import { speedVerb } from './verbs/speed.ts';
import { stagingVerb } from './verbs/staging.ts';
import { statusVerb } from './verbs/status.ts';
import { stopVerb } from './verbs/stop.ts';
import { validateVerb } from './verbs/validate.ts';
import { waiveVerb } from './verbs/waive.ts';
import { withdrawVerb } from './verbs/withdraw.ts';
import { examine, type Examination } from './doctor.ts';
import { BadConfiguration, BadUsage, EXIT, type ExitCode } from './exit.ts';
import { openSession, type Cli, type Connection, type GlobalOptions } from './session.ts';
import type { Terminal } from './terminal.ts';

/** A folder of migrations and the database they belong to, as a command line names them. */
export type SitePlace = { readonly database: string; readonly directory: string; readonly format: FormatName };

/** What the program is wired with: services for the verbs, the long-running roles, and what the doctor looks at. */
export type Doors = {
  readonly connect: (options: GlobalOptions) => Promise<Connection>;
  /** The files and the database of one command line, without a configuration. */
  readonly site: (place: SitePlace) => Promise<AdoptionSite & { close(): Promise<void> }>;
  /** Judges files; a sentence when their database cannot be read. */
  readonly lint: (request: LintRequest) => Promise<LintAnswer | string>;
  /** Rehearses files in a database of its own; refuses the server of a target that the configuration names, if there is one. */
  readonly rehearse: (options: GlobalOptions, request: RehearseRequest) => Promise<RehearseAnswer>;
  readonly run: Readonly<Record<'bot' | 'worker' | 'start', (options: GlobalOptions) => Promise<ExitCode>>>;
  /** Never throws for a broken configuration: that is something the doctor says. */
  readonly doctor: (options: GlobalOptions) => Promise<{ readonly examinations: readonly Examination[]; close(): Promise<void> }>;
  readonly version: string;
  readonly terminal: Terminal;
};

/** Every verb, in the order of the help. */
const VERBS: readonly ((cli: Cli) => void)[] = [
  statusVerb,
  planVerb,
  stagingVerb,
  raiseVerb,
  checklistVerb,
  confirmVerb,
  acknowledgeVerb,
  waiveVerb,
  withdrawVerb,
  approveVerb,
  rejectVerb,
  migrateVerb,
  scheduleVerb,
  presentVerb,
  holdVerb,
  acknowledgeAlertVerb,
  stopVerb,
  pauseVerb,
  speedVerb,
  resumeVerb,
  rollbackVerb,
  reportProblemVerb,
  restoreVerb,
  testedVerb,
  lessonsVerb,
  cancelVerb,
  checkVerb,
  backupVerb,
  validateVerb,
  historyVerb,
  logsVerb,
  auditVerb,
  dbVerbs,
  drillVerb,
  hookVerb,
  hooksVerb,
  adoptVerb,
  lintVerb,
  rehearseVerb,
];

/** Runs one command line. Out: the exit code; everything that went wrong was said, without a stack trace. */
export async function runCli(argv: readonly string[], doors: Doors): Promise<ExitCode> {
  const ended: { code: ExitCode } = { code: EXIT.done };
  try {
    await program(doors, (code) => (ended.code = code)).parseAsync([...argv], { from: 'user' });
    return ended.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misused;
    doors.terminal.err(error instanceof Error ? error.message : String(error));
    return error instanceof BadUsage || error instanceof BadConfiguration ? EXIT.misused : EXIT.failed;
  }
}

/** The commander program with every verb; `ended` is told each verb's exit code. */
export function program(doors: Doors, ended: (code: ExitCode) => void): Command {
  const { terminal } = doors;
  const top = new Command('offpeak')
    .description('Takes PostgreSQL migrations through the runbook, and back.')
    .version(doors.version, '-V, --version')
    .option('--config <file>', 'the configuration (default: OFFPEAK_CONFIG or ./offpeak.yaml)')
    .option('--target <name>', 'the database (default: default_target of the configuration)')
    .option('--as <person>', 'who you are, as Slack user id or name (default: OFFPEAK_USER)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text.trimEnd()), writeErr: (text) => terminal.err(text.trimEnd()) })
    .showHelpAfterError('Write offpeak --help for all commands.');
  const verb: Cli['verb'] = (command, body) => {
    command.action(async () => {
      const options = command.optsWithGlobals();
      const services = await doors.connect(options);
      try {
        const session = openSession(services, terminal, options);
        ended(await body(session, options as Parameters<typeof body>[1], ...(command.processedArgs as (string | undefined)[])));
      } finally {
        await services.close();
      }
    });
  };
  const bare: Cli['bare'] = (command, body) => {
    command.action(async () => ended(await body(doors, command.optsWithGlobals())));
  };
  for (const add of VERBS) add({ program: top, verb, bare });
  addRoles(top, doors, ended);
  return top;
}

const ROLES = {
  start: 'run bot and worker together, and start them again when they die',
  bot: 'run the Slack bot alone',
  worker: 'run a worker alone; as many as you like, anywhere',
} as const;

function addRoles(top: Command, doors: Doors, ended: (code: ExitCode) => void): void {
  for (const role of ['start', 'bot', 'worker'] as const) {
    const command = top.command(role).description(ROLES[role]);
    command.action(async () => ended(await doors.run[role](command.optsWithGlobals())));
  }
  const doctor = top.command('doctor').description('look at every part and say what to mend').option('--json', 'as JSON');
  doctor.option('--only <name>', 'only the parts whose name begins so').action(async () => {
    const options = doctor.optsWithGlobals<GlobalOptions & { json?: boolean; only?: string }>();
    const patient = await doors.doctor(options);
    try {
      ended(await examine(patient.examinations, { ...options, terminal: doors.terminal }));
    } finally {
      await patient.close();
    }
  });
}
