import type { Button, Overflow } from '@slack/types';
import { begunBackfill, SPEEDS } from '../../domain/backfill.ts';
import { shortDigest } from '../../domain/digest.ts';
import { isTestable, personsTests } from '../../domain/application-tests.ts';
import { observedUntil } from '../../domain/auto-rollback.ts';
import { endPatienceUntil, validatedAtEnd } from '../../domain/end-judgement.ts';
import { between, plus, type Instant } from '../../domain/instant.ts';
import { nextStep } from '../../domain/next-step.ts';
import { unitsOf, type Unit } from '../../domain/plan.ts';
import type { Person } from '../../domain/people.ts';
import { priceWords } from '../../domain/price.ts';
import { inWords, lasting } from '../../domain/refusal.ts';
import { touched, type Run, type UnitRun } from '../../domain/run.ts';
import { actions, button, context, menu, section, type Blocks } from './block-kit.ts';
import { backfillWords } from './backfill-line.ts';
import { testedButton, testLines } from './application-tests.ts';
import { cancelButton, rollBackButton } from './buttons.ts';
import { countdownLine } from './countdown.ts';
import { approvalCount, approvalsMissing, waivedWords } from './gate-lines.ts';
import { runsOutLine } from './runs-out.ts';
import { restoringWords } from './restore.ts';
import { HOLD_WORDS, STEP_WORDS } from './step-words.ts';
import { stagingLine } from './staging.ts';
import { METRIC_TITLES, metricFields, metricValue } from './metrics.ts';
import { triggerTitle, whoRollsBack } from './alert-words.ts';
import { atSecond, code, phrase, timeOf, when, who } from './text.ts';
import type { RunView } from '../../usecases/status.ts';

/** How many units the card shows; the one that runs is always among them. */
const SHOWN = 6;

const NOBODY_YET = 'A worker takes this up within seconds.';

/** The card while the run works: what it does, how far it is, how the five metrics stand, and the ways to stop it. */
export function runBlocks(view: RunView, people: readonly Person[]): Blocks {
  const { run } = view;
  const units = unitLines(view);
  const tests = isTestable(run) ? testLines(run) : [];
  const quiet = run.state === 'holding' || run.state === 'stopping' || run.state === 'rolling_back' || run.state === 'restoring';
  return [
    section(doing(view, people)),
    ...(units === '' ? [] : [section(units)]),
    ...(tests.length === 0 ? [] : [section(tests.join('\n'))]),
    ...(quiet || view.samples.length === 0 ? [] : [section(metricFields(run, view.samples).join('\n'))]),
    context([stagingLine(run), pulse(view), wayBack(view), started(run), waivedWords(view)].filter((line) => line !== '').join('\n')),
    ...actions(runButtons(view)),
  ];
}

/** What rolling back would cost now, once there is something to take back. */
function wayBack({ run, price = null }: RunView): string {
  if (!touched(run) || run.rollback !== null || run.state === 'restoring') return '';
  return `Rolling back now: ${price === null ? 'what is lost is not known' : priceWords(price)}`;
}

function started(run: Run): string {
  const by = run.started === null ? '' : `Started by ${who(run.started.by)} ${when(run.started.at)} · `;
  const t0 = run.t0 === null ? '' : `first write ${run.baseline === null ? 'not before ' : ''}${timeOf(run.t0)} · `;
  return `${by}${t0}digest ${code(shortDigest(run.digest))}`;
}

/** The sentence at the top: what happens, or why nothing does and what to do. */
function doing(view: RunView, people: readonly Person[]): string {
  const { run, now } = view;
  const lines = [...alarm(run), ...byItself(run)];
  if (run.state === 'restoring') return [restoringWords(run), stepLine(view)].filter((line) => line !== '').join('\n');
  if (run.rollback !== null) {
    const undone = run.rollback.undone.length === 0 ? '' : ` Undone: ${phrase(run.rollback.undone.join(', '), 200)}.`;
    const what = run.state === 'stopping' ? 'Stopping the running statement first.' : 'Undoing what was applied, newest first.';
    return `*${whoRollsBack(run.rollback.by)}* ${when(run.rollback.at)}. ${what}${undone}`;
  }
  if (run.holding !== null) {
    const { reason, detail, since } = run.holding;
    return [...byItself(run), `*${HOLD_WORDS[reason].title}* since ${when(since)}. ${phrase(detail, 500)}`, HOLD_WORDS[reason].next].join(
      '\n',
    );
  }
  const until = preparedUntil(view);
  if (until !== null) lines.push(`*Prepared.* Nothing to do until ${timeOf(until)}.`);
  else if (run.step !== null && (run.state !== 'observing' || run.step.name === 'measure_after')) lines.push(stepLine(view));
  if (lines.length === 0 && run.state === 'preparing') lines.push(NOBODY_YET);
  const moments = countdownLine(run, now);
  if (moments !== '') lines.push(moments);
  if (run.state === 'preparing' && approvalsMissing(view, people) > 0)
    lines.push(`⌛ *Approvals* ${approvalCount(view, people)}: approve again in the thread, or it holds before the first write.`);
  const ending = run.state === 'preparing' ? runsOutLine(view, people) : '';
  if (ending !== '') lines.push(ending);
  if (run.state === 'observing') lines.push(watching(view));
  if (run.stopRequested !== null) lines.push(`✋ ${who(run.stopRequested)} asked to stop after this step.`);
  return lines.length === 0 ? NOBODY_YET : lines.join('\n');
}

/** What the observation waits for: its end, one more validation, and readings that are as they were before. */
function watching({ run, now }: RunView): string {
  const ends = observedUntil(run, now);
  if (between(ends, now) < 0) return `*Watching* until ${timeOf(ends)}; then everything is validated once more, and the report.`;
  if (!validatedAtEnd(run, now)) return '*Validating once more* before the end.';
  const until = timeOf(endPatienceUntil(run, now));
  if (personsTests(run).length > 0) return `*Waiting for the application tests* until ${until}; then it holds.`;
  return `*Judging the end:* few requests fail, and response time is as before. It is asked again until ${until}; then it holds.`;
}

function stepLine({ run, now }: RunView): string {
  return run.step === null ? '' : `*${STEP_WORDS[run.step.name]}* for ${inWords(between(run.step.at, now))}`;
}

/** The moment of the schedule for which a prepared run waits; null while there is something to do. */
function preparedUntil({ run, now }: RunView): Instant | null {
  const next = run.state === 'preparing' ? nextStep(run, now) : null;
  return next?.kind === 'wait' ? next.until : null;
}

/** What burns comes before what happens. */
function alarm(run: Run): readonly string[] {
  const burning = Object.values(run.alerts).filter((alert) => alert.clearedAt === null);
  if (burning.length === 0) return [];
  const named = burning.map((alert) => `${METRIC_TITLES[alert.metric]} ${metricValue(alert.metric, alert.value)}`);
  const many = burning.length === 1 ? 'An alert is raised' : `${burning.length} alerts are raised`;
  return [`🚨 *${many}:* ${named.join(', ')}`];
}

/** What Offpeak will do by itself, and what it does not see: both are more than a metric that is over its limit. */
function byItself(run: Run): readonly string[] {
  const armed =
    run.armed === null
      ? []
      : [`⏱️ *Rolls back by itself* at ${atSecond(run.armed.firesAt)}: ${triggerTitle(run.armed.trigger)}. Hold 5 min puts it off.`];
  const dark = Object.entries(run.lost).map(([source, { since }]) => `❔ *${phrase(source, 80)} cannot be read* since ${timeOf(since)}.`);
  return [...armed, ...dark];
}

/** `2 of 3 applied`, then the units around the one that runs. */
function unitLines(view: RunView): string {
  const { run, progress } = view;
  const units = unitsOf(run.plan);
  const done = units.filter((unit) => stateOf(run, unit)?.state === 'applied').length;
  const current = units.findIndex((unit) => stateOf(run, unit)?.state !== 'applied');
  const from = Math.max(0, Math.min(current < 0 ? units.length : current - 2, units.length - SHOWN));
  const lines = units.slice(from, from + SHOWN).flatMap((unit) => {
    const filling =
      progress?.position === unit.position && stateOf(run, unit)?.state === 'begun'
        ? [`   ${phrase(backfillWords(progress, run.speed), 300)}`]
        : [];
    return [unitLine(view, unit, units.length), ...filling];
  });
  return [`*Units* ${done} of ${units.length} applied`, ...lines].join('\n');
}

function stateOf(run: Run, unit: Unit | undefined): UnitRun | undefined {
  return unit === undefined ? undefined : run.units.find((entry) => entry.position === unit.position);
}

function unitLine({ run, now }: RunView, unit: Unit, of: number): string {
  const found = stateOf(run, unit);
  const name = `${unit.position + 1}/${of} ${phrase(unit.version, 30)} ${code(unit.statements[0]?.summary ?? unit.name, 70)}`;
  const more = unit.statements.length > 1 ? ` +${unit.statements.length - 1}` : '';
  if (found === undefined || found.state === 'announced') return `▫️ waits · ${name}${more}`;
  if (found.state === 'undone') return `↩️ undone · ${name}${more}`;
  if (found.state === 'applied') return `✅ applied · ${name}${more} · ${lasting(found.ms)}`;
  if (run.state !== 'migrating') return `✋ begun, not finished · ${name}${more}`;
  const tries = found.attempts > 1 ? `, try ${found.attempts}` : '';
  return `⚙️ running · ${name}${more} · for ${inWords(between(found.begunAt, now))}${tries}`;
}

/** Signs of life: elapsed, when this was drawn, and until when the watcher's word counts. */
function pulse({ run, now }: RunView): string {
  const elapsed = run.started === null ? '' : `${inWords(between(run.started.at, now))} since the start · `;
  if (run.state === 'restoring' && run.restore !== null)
    return `${inWords(between(run.restore.at, now))} since it was asked for · as of ${timeOf(now)}`;
  if (run.rollback !== null) return `${inWords(between(run.rollback.at, now))} since Roll back · as of ${timeOf(now)}`;
  const watcher = run.watcher;
  const watching =
    watcher === null
      ? 'nobody watches: press I’m watching'
      : `${who(watcher.actor)} watches, asked again before ${timeOf(plus(watcher.seenAt, run.plan.timing.watcherSilenceMs))}`;
  return `${elapsed}as of ${timeOf(now)} · ${watching}`;
}

/** Beside a backfill: how fast it may go, and the step's end as the place to hold. */
function backfillMenu(run: Run): Overflow {
  const speeds = SPEEDS.filter((speed) => speed !== run.speed).map((speed) => `speed_${speed}` as const);
  return menu(run, run.state === 'migrating' && run.stopRequested === null ? [...speeds, 'stop_after_step'] : speeds);
}

function runButtons(view: RunView): readonly (Button | Overflow)[] {
  const { run } = view;
  const sql = button(run, 'view_sql');
  const back = rollBackButton(view);
  const watching = button(run, 'confirm_presence');
  switch (run.state) {
    case 'preparing':
    case 'migrating':
      if (begunBackfill(run) !== null) return [button(run, 'pause'), back, watching, sql, backfillMenu(run)];
      return run.stopRequested === null ? [button(run, 'stop_after_step'), back, watching, sql] : [back, watching, sql];
    case 'validating':
      return [back, watching, sql];
    case 'observing':
      return [back, ...testedButton(run), watching, button(run, 'report_problem'), sql];
    case 'holding': {
      const resume = button(run, 'resume', { style: 'primary' });
      // What counts down for a statement that failed has no alert with buttons of its own.
      if (run.armed?.trigger === 'failure')
        return [back, button(run, 'hold_five'), button(run, 'acknowledge_alert', { item: 'failure' }), resume, sql];
      if (begunBackfill(run) !== null) return [resume, back, watching, sql, backfillMenu(run)];
      // What a down cannot mend, a backup may.
      if (run.holding?.reason === 'problem_reported' || run.holding?.reason === 'restore_failed')
        return [resume, back, button(run, 'ask_restore'), watching, sql];
      return touched(run) ? [...testedButton(run), resume, back, watching, sql] : [resume, back, watching, sql, cancelButton(run)];
    }
    default:
      return [sql];
  }
}
