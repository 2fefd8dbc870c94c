import { CHECKS } from '../../checks/index.ts';
import type { TargetConfig } from '../../src/config/config.ts';
import { Readings } from '../../src/config/readings.ts';
import { REPORTED } from '../../src/config/schema.ts';
import { checklistFor, rolesText } from '../../src/domain/checklist.ts';
import { BREACHES, OUT_OF } from '../../src/domain/judgement.ts';
import { LEVELS, METRICS, type Level, type Metric } from '../../src/domain/monitor.ts';
import { LEVEL_WORDS } from '../../src/slack/render/alert-words.ts';
import { isPeoples, OPTIONAL, questionOf, ITEM_ROLES, ITEMS, type KnownItem, titleOf } from '../../src/domain/items.ts';
import type { Check, Sources } from '../../src/ports.ts';
import { applicationReadings } from '../../src/sources/application.ts';
import { databaseReadings } from '../../src/sources/postgres.ts';
import { lastRestore } from '../../src/usecases/restore-drill.ts';
import { METRIC_TITLES } from '../../src/slack/render/metrics.ts';
import { sourcesOf } from '../../src/usecases/checklist.ts';
import { OF_ITEM, OF_METRIC } from './items.ts';

type Reading = keyof typeof Readings.shape;

const NOW = '2026-11-29T18:00:00.000Z';

/** Sources that are built in, pointed at nothing: they tell what they are and why they know nothing. */
function unreachable(): Sources {
  const nothing = { healthUrl: null, metricsUrl: null, timeoutMs: 100, now: () => NOW };
  return {
    database: databaseReadings({ connectionString: 'postgresql://nobody@127.0.0.1:1/nothing' }),
    application: applicationReadings(nothing),
    readings: { restoreDrill: () => lastRestore({ list: () => Promise.reject(new Error('away')) }, 'nothing') },
  };
}

/** The document: every line of the checklist with its check, then what is watched during a run. `target` has the defaults. */
export async function checksDocument(target: Pick<TargetConfig, 'thresholds'>): Promise<string> {
  const sources = unreachable();
  const parts: string[] = [];
  for (const key of ITEMS) parts.push(await part(key, { sources, target }));
  await sources.database.close();
  return [HEAD, ...parts, HOOKS, duringARun()].join('\n');
}

type Around = { readonly sources: Sources; readonly target: Pick<TargetConfig, 'thresholds'> };

async function part(key: KnownItem, { sources, target }: Around): Promise<string> {
  const check = CHECKS.find(({ item }) => item === key);
  const builtIn = sourcesOf({ sources }).some((item) => item === key);
  const found = await check?.find(sources, target.thresholds, NOW);
  const { requires, limits, about, source } = OF_ITEM[key];
  const facts = [
    ['Says', said(check)],
    ['Means', about ?? check?.means ?? ''],
    ['Filled by', filledBy(key, builtIn)],
    [
      'Source',
      [...(source === undefined ? (builtIn && found ? [`built in: ${found.source}`] : []) : [source]), ...readingsOf(key)].join('; or '),
    ],
    [
      'Limit',
      found === undefined
        ? ''
        : `${found.limit}${limits.length === 0 ? '' : ` (${limits.map((limit) => `\`limits.${limit}\``).join(', ')})`}`,
    ],
    ['A person is asked', isPeoples(key) || !builtIn ? questionOf(key) : ''],
    ['Waived by', waivedBy(key)],
    ['Unknown when', check?.unknown ?? ''],
    ['Asked by', `the runbook, ${requires}`],
    ['Code', check === undefined ? '' : code(key)],
  ];
  const lines = facts.filter(([, text]) => text !== '').map(([name, text]) => `- **${name}:** ${text}`);
  return [`<a id="${key}"></a>`, '', `## ${titleOf(key)} (\`${key}\`)`, '', ...lines, ''].join('\n');
}

function said(check: Check | undefined): string {
  return check === undefined ? '' : `"${check.title}", or "${check.failureTitle}"`;
}

function filledBy(key: KnownItem, builtIn: boolean): string {
  const named = key === 'stakeholders' ? 'each person named under `stakeholders:` personally, by **Acknowledge**' : '';
  const onCall = key === 'on_call' ? "one of those on call personally, by **I'm available**" : '';
  const personally = named + onCall;
  if (personally !== '') return `${personally}; where nobody is named, a person (${rolesText(ITEM_ROLES)}) by **Confirm…**`;
  if (isPeoples(key))
    return `a person (${rolesText(ITEM_ROLES)}), by **Confirm…**${key === 'rollback_review' ? '; never the requester' : ''}`;
  if (OPTIONAL.includes(key) && !builtIn) return 'a machine where a source is named; without one there is no such line';
  return builtIn ? 'a machine' : 'a machine where a source is named; otherwise a person, by **Confirm…**';
}

function waivedBy(key: KnownItem): string {
  const [line] = checklistFor([key], { stakeholders: [], onCall: false, waivers: {} }).filter((each) => each.key === key);
  const roles = line?.waivers ?? [];
  return roles.length === 0 ? 'nobody' : `an ${rolesText(roles)}, or instead the roles in \`waivers.${key}\`; never the requester`;
}

function readingsOf(key: KnownItem): readonly string[] {
  const readings = OF_ITEM[key].readings ?? [];
  const reported = REPORTED.some((name) => name === key) ? [`the application's metrics (\`application.reports: [${key}]\`)`] : [];
  const named = readings.map((name) => `\`readings.${name}\`: ${kindsOf(name).join(', ')}`).join(', with ');
  return [...(named === '' ? [] : [named]), ...reported];
}

/** The sources a reading may name, as its schema says when none is named. */
export function kindsOf(reading: Reading): readonly string[] {
  const refused = Readings.safeParse({ [reading]: {} });
  const [, kinds = ''] = /must name one source: ([^.]+)\./.exec(refused.error?.issues[0]?.message ?? '') ?? [];
  return kinds.split(', ');
}

function code(key: KnownItem): string {
  const file = `checks/${key.replaceAll('_', '-')}.ts`;
  return `[${file}](../${file})`;
}

const LEVEL_MEANS: Readonly<Record<Level, string>> = {
  watch: 'a look by a person | backfills rest',
  consider: 'a decision by a person | backfills rest',
  roll_back:
    'a rollback | no forward statement begins until it is over or somebody takes it upon themself; a countdown where `auto_rollback` says so',
};

function duringARun(): string {
  const row = (metric: Metric) => {
    const { limits, fires, requires } = OF_METRIC[metric];
    return `| ${METRIC_TITLES[metric]} | ${fires} | ${limits.map((limit) => `\`limits.${limit}\``).join(', ')} | ${requires} |`;
  };
  return [
    '<a id="during-a-run"></a>',
    '',
    '## During a run',
    '',
    `Read from preparation on, and judged from the first write on: PostgreSQL and the application every second, services every 15 s (\`monitor.application\`, \`monitor.services\`). A reading that a source gives twice counts once. ${BREACHES} of the newest ${OUT_OF} over a limit raise the alert of that metric or take it to a graver level; ${OUT_OF} known ones in a row below 90 % of the limit (\`limits.clear\`), or at what was normal before, clear it, a minute later at the earliest (\`monitor.keep_firing\`). Where a graver level begins below a milder one, the stricter rule wins.`,
    '',
    '| level | asks | what Offpeak does |',
    '|---|---|---|',
    ...LEVELS.map((level) => `| ${LEVEL_WORDS[level]} | ${LEVEL_MEANS[level]} |`),
    '',
    'Unknown neither raises nor eases nor clears, and never rolls back. A source that could be read before the first write and cannot be read for 60 s is said in the thread, and the observation lasts as much longer (`monitor.unknown_warn`); after 3 min (`monitor.unknown_hold`), or when it is the second one, the run holds and asks. A run does not finish while an alert stands.',
    '',
    'With `auto_rollback: { after: 60s }` an alert that says *roll back*, or a statement that PostgreSQL refused, begins a countdown that the alert shows. **Hold 5 min**, **Acknowledge**, **Resume** and readings that do not confirm it any more void it. At its moment Offpeak does what the click does, if nothing is lost by it; otherwise it asks. After a rollback the monitor stays on until every signal was well for 5 min (`monitor.recovered`).',
    '',
    'At the end everything is validated once more, and the readings are judged by what the runbook asks of the end (R65, R66): under `limits.error_rate`, and response time within 5 % of the one before the first write, or below `limits.p95_floor`. What misses that for five minutes (a third of a shorter observation) holds the run: **Resume** vouches for the application, **Roll back now** undoes.',
    '',
    'Two more are compared with what they were just before the first write:',
    '',
    "- **Statements** (R67): where pg_stat_statements is installed and our role sees the statements of others (`pg_monitor`). A statement of the application that was executed five times or more since the first write, with a mean above `limits.statement_mean` (1 s), fails the end when it is new or had a mean below that. Our own statements are left out, and those that read the server's own views.",
    `- **User activity** (R68): where \`readings.user_activity\` names its source (${kindsOf('user_activity').join(', ')}). The same PromQL is asked now and at this moment one, two, three and four weeks before; the value must lie above the least of them and below the most of them, each widened by \`limits.activity_band\` (50 %). Fewer than two earlier values are unknown.`,
    '',
    'What could not be read before the first write is not judged, and the report says so; what could and cannot be read at the end for five minutes holds the run. So does setting the counters of pg_stat_statements to nothing meanwhile.',
    '',
    '| metric | fires | setting | asked by |',
    '|---|---|---|---|',
    ...METRICS.map(row),
    '',
  ].join('\n');
}

const HOOKS = `<a id="hooks"></a>

## Hooks of the team (\`hook:NAME\`)

- **Means:** An executable under \`hooks:\` with \`when: [check]\` ended with 0. The line has its code, how long it took, and the last line of its output.
- **Filled by:** a machine: the worker runs it, without a shell, with nothing of our environment but PATH, HOME and the locale
- **Source:** the executable
- **Limit:** ends with code 0
- **Waived by:** an approver; never the requester
- **Unknown when:** It cannot be started, is ended by a signal, or does not end within its \`timeout\`.
- **Read again:** only when its own line is due, and at T-15 and T-5; a red number beside it does not run it again.
- **Asked by:** the runbook, R25, R26, R27
`;

const HEAD = `# Checks

Every line of the checklist: what it means, where it comes from, its limit, and what happens when nobody knows. What each line of the runbook
became is in [runbook.md](runbook.md).

Made from \`checks/\` and \`src/domain/items.ts\`: \`npx vitest run --project fast test/docs -u\`.

**Limits** are the defaults; \`limits:\` of a target changes them, and they are part of what is approved. Comparisons are strict: exactly 80 % does not pass \`< 80 %\`.

**Unknown is never a pass.** Before the start it keeps **Start now** locked and is read again after a tenth of its life (\`evidence.machine\`, 10m) while somebody waits; in
preparation it holds the run. A person can mend the source, or somebody with the right to do so can waive the line with a reason.

**Evidence expires**: machines' after \`evidence.machine\` (10m; they are read again by themselves), people's, waivers and the notice after \`evidence.human\` (24h), proofs after \`evidence.proof\` (24h).
`;
