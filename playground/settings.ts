import { stringify } from 'yaml';
import type { FormatName } from '../src/domain/formats.ts';
import { CHANNEL, PEOPLE, ZONE } from './people.ts';

/** What the demo has booted, as the program needs to know it. */
export type Places = {
  readonly ledger: string;
  readonly production: string;
  readonly staging: string;
  readonly scratch: string;
  readonly app: string;
  readonly stagingApp: string;
  readonly slackApi: string;
  readonly migrations: string;
  /** How the files are laid out. */
  readonly format: FormatName;
  readonly backups: string;
  /** The directory of pg_dump and pg_restore; null where there are none, and a plan is then refused with what to install. */
  readonly tools: string | null;
  /** How long a run is observed after its first write; the runbook says 15 minutes, the demo a minute. */
  readonly observe: string;
  /** Whether plans for production are tried out on the staging twin first, with which load and limit. Without it a person confirms that line. */
  readonly twin: { readonly load: readonly string[]; readonly impact?: string } | null;
};

export const BOT_TOKEN = 'xoxb-local-offpeak';
export const APP_TOKEN = 'xapp-local-offpeak';

/** The demo's offpeak.yaml: what a team would write for Acme. Secrets come from the environment. */
export function yamlOf(places: Places): string {
  const target = (name: 'production' | 'staging', app: string) => ({
    database: `\${ACME_${name.toUpperCase()}_URL}`,
    scratch: '${SCRATCH_URL}',
    zone: ZONE,
    migrations: places.migrations,
    format: places.format,
    backup: { directory: places.backups, ...(places.tools === null ? {} : { tools: places.tools }) },
    application: { health: `${app}/api/health`, metrics: `${app}/metrics.json`, reports: ['active_users', 'cpu', 'memory'] },
    stakeholders: ['sam'],
    observe: places.observe,
    // The runbook's minutes are for nights, not for a demo.
    monitor: { keep_firing: '10s', recovered: '30s' },
  });
  const config = {
    ledger: '${LEDGER_URL}',
    runbook: { version: '1.0', owner: 'Database Team' },
    slack: { channel: CHANNEL, bot_token: '${SLACK_BOT_TOKEN}', app_token: '${SLACK_APP_TOKEN}' },
    people: PEOPLE.filter((person) => person.roles.length > 0).map(({ id, name, roles }) => ({ id, name, roles: [...roles] })),
    default_target: 'production',
    targets: {
      production: { ...target('production', places.app), ...twinOf(places), ...testsOf(places) },
      staging: { ...target('staging', places.stagingApp), ...(places.twin === null ? {} : { hooks: [smokeOf(places)] }) },
    },
  };
  return `# Written by npm run demo; gone when it stops.\n${stringify(config)}`;
}

/** Staging runs go at any hour, so that the demo can show one while its clock stands in peak hours. */
function twinOf({ twin }: Places): object {
  if (twin === null) return {};
  const limits = twin.impact === undefined ? {} : { limits: { impact: twin.impact } };
  return { staging: 'staging', staging_run: { hours: 'any', load: [...twin.load] }, ...limits };
}

/** A smoke test as small as one can be: does the application on staging answer? */
function smokeOf({ stagingApp }: Places): object {
  const script = `fetch(process.argv[1]).then(async (answer) => { console.log(answer.status, await answer.text()); process.exitCode = answer.ok ? 0 : 1; })`;
  return { name: 'smoke', command: [process.execPath, '-e', script, `${stagingApp}/api/health`], when: ['staging'], timeout: '30s' };
}

/** The public form, tried after a change: only a test that needs nobody, so that the demo ends by itself. Where there is a twin the application is Acme's. */
function testsOf({ app, twin }: Places): object {
  if (twin === null) return {};
  const lead = JSON.stringify({ tenant: 'tenant-1', email: 'try@example.org', name: 'Tried after the change' });
  const script = `fetch(process.argv[1], { method: 'POST', headers: { 'content-type': 'application/json' }, body: process.argv[2] }).then(async (answer) => { console.log(answer.status, await answer.text()); process.exitCode = answer.status === 201 ? 0 : 1; })`;
  const command = [process.execPath, '-e', script, `${app}/api/leads`, lead];
  return { application_tests: ['lead-capture'], hooks: [{ name: 'lead-capture', command, when: ['test'], timeout: '30s' }] };
}

/** What the demo's bot, worker and terminal find in their environment. */
export function environmentOf(places: Places, configFile: string): Readonly<Record<string, string>> {
  return {
    OFFPEAK_CONFIG: configFile,
    OFFPEAK_USER: 'maya',
    LEDGER_URL: places.ledger,
    ACME_PRODUCTION_URL: places.production,
    ACME_STAGING_URL: places.staging,
    SCRATCH_URL: places.scratch,
    SLACK_BOT_TOKEN: BOT_TOKEN,
    SLACK_APP_TOKEN: APP_TOKEN,
    SLACK_API_URL: places.slackApi,
  };
}
