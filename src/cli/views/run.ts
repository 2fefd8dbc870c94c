import { isTestable, testsOf, testState } from '../../domain/application-tests.ts';
import { askedPeople, awaited, linesOf, lineState, openItems, type PlanItem } from '../../domain/checklist.ts';
import { shortDigest } from '../../domain/digest.ts';
import { limitOf } from '../../domain/ladder.ts';
import { watchedMetrics } from '../../slack/render/metrics.ts';
import { titleOf } from '../../domain/items.ts';
import type { Person } from '../../domain/people.ts';
import { unitsOf } from '../../domain/plan.ts';
import { OPEN, WORKING, type Run } from '../../domain/run.ts';
import { runsOut, runsOutWords } from '../../domain/runs-out.ts';
import { countdown, type Moment } from '../../domain/schedule.ts';
import { backfillWords } from '../../slack/render/backfill-line.ts';
import { approvalCount, countedAt } from '../../slack/render/gate-lines.ts';
import { METRIC_TITLES, metricValue } from '../../slack/render/metrics.ts';
import { ITEM_WORDS, runName, STATE_WORDS } from '../../slack/render/state-words.ts';
import { HOLD_WORDS, STEP_WORDS } from '../../slack/render/step-words.ts';
import type { RunView } from '../../usecases/status.ts';
import { moment, timeOfDay } from '../moment.ts';
import { table } from '../../slack/render/table.ts';
import { advice } from './advice.ts';

/** One open run: where it stands, its lines, its readings, and what comes next. */
export function runView(view: RunView, people: readonly Person[]): string {
  const { run } = view;
  const parts = [table(facts(view, people)), checklistView(view, people)];
  if (isTestable(run) && testsOf(run.plan).length > 0) parts.push(testsView(run));
  if (run.baseline !== null) parts.push(readings(view));
  parts.push(`Next      ${advice(run)}`);
  return parts.join('\n\n');
}

function facts(view: RunView, people: readonly Person[]): readonly (readonly string[])[] {
  const { run } = view;
  const { zone } = run.plan.window;
  const rows = [
    ['Run', `${runName(run)}, ${STATE_WORDS[run.state].word}`],
    ['By', `@${run.requester.name}, planned ${moment(run.plan.plannedAt, zone)}`],
    ['Digest', shortDigest(run.digest)],
    ['Approvals', `${approvalCount(view, people)}${approvers(run)}`],
  ];
  if (run.problem !== null) rows.push(['Problem', run.problem.split('\n')[0] ?? '']);
  if (run.scheduledFor !== null && run.started === null) rows.push(['Scheduled', moment(run.scheduledFor, zone)]);
  const early = runsOut(run, { now: view.now, people });
  if (early.length > 0) rows.push(['Runs out', `before the first write: ${runsOutWords(early, (at) => moment(at, zone))}`]);
  const moments = countdown(run, view.now);
  if (moments.length > 0) rows.push(['Countdown', moments.map((at) => momentText(at, zone)).join(', ')]);
  if (run.t0 !== null) rows.push([run.baseline === null ? 'First write' : 'Begun', moment(run.t0, zone)]);
  if (run.step !== null) rows.push(['Step', `${STEP_WORDS[run.step.name]}, since ${timeOfDay(run.step.at, zone)}`]);
  if (run.units.length > 0) rows.push(['Units', units(view)]);
  if (run.watcher !== null && WORKING.includes(run.state))
    rows.push(['Watching', `@${run.watcher.actor.name}, last heard ${timeOfDay(run.watcher.seenAt, zone)}`]);
  if (run.holding !== null) rows.push(['Holding', `${HOLD_WORDS[run.holding.reason].title}. ${run.holding.detail}`]);
  if (run.end !== null) rows.push(['Ended', run.end.detail]);
  return rows;
}

function momentText({ name, at, is, what }: Moment, zone: string): string {
  const time = `${name} ${timeOfDay(at, zone).slice(0, 5)}`;
  return is === 'past' ? `${time} past` : `${is === 'next' ? 'next ' : ''}${time} ${what}`;
}

function approvers(run: Run): string {
  const names = run.approvals.map((approval) => `@${approval.by.name}`);
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
}

function units({ run, progress }: RunView): string {
  const all = unitsOf(run.plan);
  const applied = run.units.filter((unit) => unit.state === 'applied').length;
  const begun = run.units.find((unit) => unit.state === 'begun');
  const now = begun === undefined ? undefined : all[begun.position];
  const filling = progress === null || progress.position !== begun?.position ? '' : `; ${backfillWords(progress, run.speed)}`;
  return `${applied} of ${all.length} applied${now === undefined ? '' : `; in ${now.version}_${now.name}${filling}`}`;
}

/** The checklist: every line with its state, value and limit; the lines of people with the name to answer them by. */
export function checklistView(view: Pick<RunView, 'run' | 'now'>, people: readonly Person[]): string {
  const { run } = view;
  const at = countedAt(view);
  const lines = linesOf(run.plan);
  const open = openItems(run, at).length;
  const rows = lines.map((line) => {
    const { key, kind } = line;
    const state = lineState(run, key, at);
    const named = kind !== 'machine' || (state !== 'pass' && line.waivers.length > 0);
    const title = named ? `${titleOf(key)} [${key}]` : titleOf(key);
    const [value, limit, by] = restsOn(view, line, people);
    return [state === 'pass' ? 'ok' : ITEM_WORDS[state].word.toUpperCase(), title, value, limit, by];
  });
  const waived = lines.filter(({ key }) => lineState(run, key, at) === 'waived').length;
  const count = `${lines.length - open} of ${lines.length} pass${waived === 0 ? '' : `, ${waived} of them waived`}`;
  const head = OPEN.includes(run.state) ? `Checklist ${count}` : 'Checklist as it stood at the start';
  return `${head}\n${table(rows, '  ')}`;
}

/** What a line rests on: value, limit, and whose word it is. */
function restsOn(view: Pick<RunView, 'run' | 'now'>, line: PlanItem, people: readonly Person[]): readonly [string, string, string] {
  const { run } = view;
  const at = countedAt(view);
  const waiver = run.waivers[line.key];
  if (waiver !== undefined && lineState(run, line.key, at) === 'waived') return [waiver.reason, '', `@${waiver.by.name}`];
  if (line.kind === 'personal') return [personalWords(view, line, people), '', ''];
  const evidence = run.evidence[line.key];
  if (evidence === undefined) return ['', '', ''];
  const where = evidence.permalink === undefined ? '' : ` ${evidence.permalink}`;
  return [`${evidence.value}${where}`, evidence.limit, evidence.actor.id === 'offpeak' ? '' : `@${evidence.actor.name}`];
}

function personalWords(view: Pick<RunView, 'run' | 'now'>, line: PlanItem, people: readonly Person[]): string {
  const { run } = view;
  const at = countedAt(view);
  const said = (run.acknowledged[line.key] ?? []).filter(({ expiresAt }) => expiresAt > at).map(({ by }) => `@${by.name}`);
  const nameOf = (id: string) => `@${people.find((person) => person.id === id)?.name ?? id}`;
  const missing =
    line.people === undefined ? askedPeople(run, line, people).map(({ name }) => `@${name}`) : awaited(run, line, at).map(nameOf);
  const waits = lineState(run, line.key, at) === 'pass' ? [] : [`waits for ${missing.join(', ') || 'nobody: no one is configured'}`];
  return [...(said.length === 0 ? [] : [`said by ${said.join(', ')}`]), ...waits].join('; ');
}

/** The application tests of the plan, each with what it rests on (R61–R64). */
function testsView(run: Run): string {
  const rows = testsOf(run.plan).map(({ name, kind }) => {
    const result = run.tests[name];
    const state = testState(run, name);
    const by = kind === 'machine' ? 'its hook' : result === undefined ? 'a person' : `@${result.actor.name}`;
    return [state === 'pass' ? 'ok' : state.toUpperCase(), name, result?.value ?? '', by];
  });
  return `Application tests\n${table(rows, '  ')}`;
}

function readings({ run, samples }: RunView): string {
  const rows = watchedMetrics(run, samples).map((metric) => {
    const newest = samples.findLast((sample) => sample.metric === metric);
    const limit = limitOf(metric, run.plan.thresholds, run.baseline);
    const value = newest?.value ?? null;
    const word = value === null ? 'UNKNOWN' : value > limit ? 'OVER' : 'ok';
    const before = run.baseline === null ? '' : `before ${metricValue(metric, run.baseline[metric] ?? null)}`;
    return [word, METRIC_TITLES[metric], metricValue(metric, value), `limit ${metricValue(metric, limit)}`, before];
  });
  return `Monitor\n${table(rows, '  ')}`;
}
