import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { mistakeLine } from '../../src/config/mistake.ts';
import { directory, ENV, LEAST, mistakes } from './workplace.ts';

test('reports every mistake together, each with its line, column and key', () => {
  const yaml = `ledger: \${NOWHERE}
runbook: { version: 1.0 }
slack: { chanel: deployments, bot_token: xapp-wrong, app_token: "\${APP}" }
people:
  - { id: maya, name: maya, roles: [boss] }
default_target: prod
targets:
  production:
    database: \${ACME}
    scratch: not-a-url
    zone: Berlin
    observe: 15
    peak: { from: 9, to: "09:00" }
    application: { health: https://your-app.com/api/health }
    limits: { connections: 80 }
`;
  expect(mistakes(yaml)).toEqual([
    '1:1 ledger: the variable NOWHERE is not set or empty. Set it in the environment or in .env.',
    '2:1 runbook.owner: is missing.',
    '2:12 runbook.version: must be text; put it in quotes.',
    '3:1 slack.channel: is missing.',
    '3:10 slack.chanel: is no setting. Did you mean "channel"?',
    '3:31 slack.bot_token: does not begin with xoxb-; another kind of token was put here.',
    '4:1 people: has 0 with the role approver, and approvals.quorum asks for 2. Give more people that role.',
    '5:7 people[0].id: is no Slack user id. It begins with U or W: in Slack, profile → ⋮ → Copy member ID.',
    '5:37 people[0].roles[0]: must be one of requester, approver, operator, on_call, stakeholder.',
    '6:1 default_target: "prod" is no target. Configured: production.',
    '10:5 targets.production.scratch: is no connection string. Write postgresql://user:password@host:5432/database, best as a variable.',
    '11:5 targets.production.zone: "Berlin" is no IANA time zone. Write one like Europe/Berlin or America/New_York.',
    '12:5 targets.production.observe: "15" is no length of time. Write a number and a unit: 50ms, 90s, 15m, 24h.',
    '13:13 targets.production.peak.from: "9" is no time of day. Write two digits each, from 00:00 to 24:00.',
    '14:5 targets.production.application.metrics: is missing, and readings name no source for error_rate, p95, requests.',
    "14:20 targets.production.application.health: still names the placeholder your-app.com. Write your application's own address.",
    '15:15 targets.production.limits.connections: "80" is no share. Write 80% or 0.8.',
  ]);
});

/** One setting of the least configuration written differently. */
function changed(from: string, to: string): string {
  expect(LEAST).toContain(from);
  return LEAST.replace(from, to);
}

test('a file that is not there says what to do', () => {
  const result = loadConfig({ cwd: directory({}), env: ENV });
  expect(result.ok ? [] : result.mistakes.map(mistakeLine)).toEqual([
    'offpeak.yaml: is not there. Copy offpeak.example.yaml to offpeak.yaml, or name another with --config or OFFPEAK_CONFIG.',
  ]);
});

test('a syntax error has its line and shows nothing of the text around it', () => {
  const found = mistakes('ledger: a\nslack: { bot_token: xoxb-very-secret\npeople: [\n');
  expect(found.length).toBeGreaterThan(0);
  expect(found.every((line) => /^\d+:\d+ /.test(line))).toBe(true);
  expect(found.join('\n')).not.toContain('very-secret');
});

test('a key that stands twice is a mistake', () => {
  expect(mistakes(`${LEAST}default_target: production\n`)).toEqual(['15:1 : Map keys must be unique.']);
});

test('a key far from every other one lists what is known there', () => {
  expect(mistakes(`${LEAST}    peak: { holidays: none }\n`)).toEqual([
    '15:13 targets.production.peak.holidays: is no setting. Known here: from, to, days.',
  ]);
});

test('F14 refuses a ledger inside the database it migrates, however the host is written', () => {
  const message = '1:1 ledger: is the database of target "production". The ledger needs a database of its own.';
  expect(mistakes(LEAST, { ...ENV, LEDGER: ENV.ACME })).toEqual([message]);
  const here = { ...ENV, LEDGER: 'postgres://a:b@localhost/acme', ACME: 'postgresql://c:d@127.0.0.1:5432/acme?sslmode=disable' };
  expect(mistakes(LEAST, here)).toEqual([message]);
  expect(mistakes(LEAST, { ...here, LEDGER: 'postgres://a:b@localhost/ledger' })).toEqual([]);
  expect(mistakes(LEAST, { ...here, LEDGER: 'postgres://a:b@localhost:5433/acme' })).toEqual([]);
});

test('tells servers behind sockets apart', () => {
  const [LEDGER, ACME, SCRATCH] = ['%2Ftmp%2Fa', '%2Ftmp%2Fb', '%2Ftmp%2Fc'].map(
    (socket) => `postgresql://postgres@localhost:5432/x?host=${socket}`,
  );
  const env = { ...ENV, LEDGER: LEDGER ?? '', ACME: ACME ?? '', SCRATCH: SCRATCH ?? '' };
  expect(mistakes(LEAST, env)).toEqual([]);
  expect(mistakes(LEAST, { ...env, LEDGER: env.ACME })).toHaveLength(1);
});

test('refuses a scratch server that is the target, and two targets that are one database', () => {
  const two = `${LEAST}  staging:\n    database: \${ACME}\n    scratch: \${ACME}\n    zone: UTC\n    application: { health: http://a/, metrics: http://b/ }\n`;
  expect(mistakes(two)).toEqual([
    '16:5 targets.staging.database: is the same database as target "production".',
    '17:5 targets.staging.scratch: is the server of the target itself. Restores are proved on another server, so that production does not carry them.',
  ]);
});

test('refuses names that lead nowhere', () => {
  expect(mistakes(`${LEAST}    staging: stagin\n`)).toEqual([
    '15:5 targets.production.staging: must name another target: there is no other one.',
  ]);
  expect(mistakes(changed('  production:', '  "Pro/duction":'))).toEqual([
    '8:1 default_target: "production" is no target. Configured: Pro/duction.',
    '10:3 targets.Pro/duction: may have only small letters, digits, - and _, at most 31, beginning with a letter.',
  ]);
});

test('asks for what the mode of Slack needs', () => {
  expect(mistakes(changed(', app_token: "${APP}"', ''))).toEqual([
    '3:1 slack.app_token: is missing: mode socket needs it. Create it in Slack under Basic Information, App-Level Tokens.',
  ]);
  expect(mistakes(changed('app_token: "${APP}"', 'mode: http'))).toEqual([
    '3:1 slack.signing_secret: is missing: mode http needs it to know that requests come from Slack.',
  ]);
  expect(mistakes(changed('app_token: "${APP}"', 'mode: http, signing_secret: abc'))).toEqual([]);
});

test('refuses peak hours that end before they begin, and a week without any', () => {
  expect(mistakes(`${LEAST}    peak: { from: "18:00", to: "09:00" }\n`)).toEqual([
    '15:5 targets.production.peak: must begin before it ends on the same day.',
  ]);
  expect(mistakes(`${LEAST}    peak: { days: [] }\n`)).toEqual([
    '15:13 targets.production.peak.days: has no day, so there would be no peak hours at all.',
  ]);
});

test('R56 refuses the placeholder host of the runbook wherever it stands', () => {
  for (const url of ['https://your-app.com/metrics', 'http://api.YOUR-APP.com./x'])
    expect(mistakes(changed('http://acme.internal/metrics', url))[0]).toContain('placeholder your-app.com');
});

test("quotes a variable's name in a mistake, never its value", () => {
  const found = mistakes(changed('zone: Europe/Berlin', 'zone: "${ACME}"'));
  expect(found).toEqual([
    '13:5 targets.production.zone: "${ACME}" is no IANA time zone. Write one like Europe/Berlin or America/New_York.',
  ]);
  const everywhere = LEAST.replaceAll(/: ([^ {}]+)$/gm, ': "${BOT}"');
  expect(mistakes(everywhere).join('\n')).not.toContain(ENV.BOT);
});

test('reports an empty file as everything that is missing', () => {
  expect(mistakes('')).toContain('1:1 ledger: is missing.');
  expect(mistakes('- a\n')).toEqual(['1:1 : must hold settings of its own, indented below it.']);
});

test('a second Slack account belongs to one person only', () => {
  const noah = 'id: U0NOAH, name: noah, roles: [approver]';
  expect(mistakes(changed(noah, `${noah}, accounts: [U0NOAH2]`))).toEqual([]);
  expect(mistakes(changed(noah, `${noah}, accounts: [U0LENA]`))).toEqual([
    '6:50 people[1].accounts: names an account that this list has already.',
  ]);
});

test('R17 a stakeholder must be one of people; R35 a line that nobody may waive, and a role that may not, are mistakes', () => {
  expect(mistakes(`${LEAST}    stakeholders: [zoe]\n`)).toEqual([
    '15:20 targets.production.stakeholders[0]: "zoe" is nobody of people. Add this person there; the role stakeholder is enough.',
  ]);
  expect(mistakes(`${LEAST}    waivers: { backup: [approver] }\n`)).toHaveLength(1);
  expect(mistakes(`${LEAST}    waivers: { cpu: [requester] }\n`)[0]).toMatch(
    /waivers\.cpu\[0\]: must be one of approver, operator, on_call/,
  );
  expect(mistakes(`${LEAST}    waivers: { cpu: [] }\n`)[0]).toContain('names no role');
});

test('R61 a test hook that no test is called like would never run, and a test named twice would be one', () => {
  const hooks = '    hooks: [{ name: lead-capture, command: [./lead.sh], when: [test] }]\n';
  expect(mistakes(`${LEAST}    application_tests: [lead-capture, login]\n${hooks}`)).toEqual([]);
  expect(mistakes(`${LEAST}    application_tests: [login]\n${hooks}`)[0]).toMatch(
    /hooks\[0\]\.when\[0\]: would never come for the hook "lead-capture": application_tests of "production" has no test of that name/,
  );
  expect(mistakes(`${LEAST}    application_tests: [login, login]\n`)[0]).toContain('application_tests[1]: names login twice.');
  expect(mistakes(`${LEAST}    application_tests: [Login page]\n`)[0]).toContain('may have only small letters, digits and -');
});
