import type { HumanCommand } from '../src/domain/commands.ts';
import { decide } from '../src/domain/decide.ts';
import { COMMAND_ROLES } from '../src/domain/decide/human.ts';
import type { Instant } from '../src/domain/instant.ts';
import { personsTests } from '../src/domain/application-tests.ts';
import { linesOf, lineState } from '../src/domain/checklist.ts';
import { standingAlerts } from '../src/domain/monitor.ts';
import { titleOf } from '../src/domain/items.ts';
import { hasRole, type Actor } from '../src/domain/people.ts';
import { countingApprovals } from '../src/domain/gates.ts';
import { runsOut } from '../src/domain/runs-out.ts';
import { restoreId } from '../src/domain/restore.ts';
import { OPEN, type Run } from '../src/domain/run.ts';
import { isStaging } from '../src/domain/staging.ts';
import type { Services } from '../src/ports.ts';
import type { Verb } from '../src/slack/render/help.ts';

type Asking = { readonly services: Services; readonly actor: Actor; readonly now: Instant };

/** The command behind each verb that changes a run; what needs an argument is tried with one that fits. */
const COMMANDS: readonly { readonly verb: Verb; readonly command: (run: Run) => HumanCommand }[] = [
  { verb: 'checklist', command: () => ({ type: 'start_checklist' }) },
  { verb: 'drill', command: () => ({ type: 'run_drill' }) },
  { verb: 'approve', command: (run) => ({ type: 'approve', digest: run.digest }) },
  { verb: 'start', command: () => ({ type: 'start' }) },
  { verb: 'schedule', command: () => ({ type: 'schedule', t0: null }) },
  { verb: 'stop', command: () => ({ type: 'stop_after_step' }) },
  { verb: 'pause', command: () => ({ type: 'pause' }) },
  { verb: 'speed', command: (run) => ({ type: 'set_speed', percent: run.speed === 100 ? 50 : 100 }) },
  { verb: 'resume', command: () => ({ type: 'resume' }) },
  { verb: 'rollback', command: () => ({ type: 'roll_back' }) },
  { verb: 'present', command: () => ({ type: 'confirm_presence' }) },
  { verb: 'hold', command: () => ({ type: 'hold_five' }) },
  {
    verb: 'acknowledge-alert',
    command: (run) => ({
      type: 'acknowledge_alert',
      alert: standingAlerts(run).find(({ acknowledged }) => acknowledged === null)?.metric ?? 'failure',
    }),
  },
  { verb: 'cancel', command: () => ({ type: 'cancel' }) },
  { verb: 'raise', command: () => ({ type: 'raise_class', reason: 'x' }) },
];

/** What would be carried out if this person asked for it now: the domain itself is asked, so help never promises what it refuses. */
export function possibleVerbs(run: Run | null, asking: Asking): readonly Verb[] {
  const hooks: readonly Verb[] = hasRole(asking.services.people(), asking.actor.id, ['operator']) ? ['hook'] : [];
  const always: readonly Verb[] = [...hooks, 'status', 'history'];
  if (run === null) return ['plan', ...always];
  const staging: readonly Verb[] = mayStage(run, asking) ? ['staging'] : [];
  return [...COMMANDS.filter(({ command }) => would(run, command(run), asking)).map(({ verb }) => verb), ...staging, ...always];
}

/** A staging run is a run of its own, so no command of this one tells. */
function mayStage(run: Run, { services, actor }: Asking): boolean {
  const twin = services.targets.get(run.target)?.staging !== undefined;
  return twin && OPEN.includes(run.state) && !isStaging(run) && hasRole(services.people(), actor.id, COMMAND_ROLES.start);
}

/** What waits for this person on a run, in words. */
export function waitingFor(run: Run, asking: Asking): readonly string[] {
  const lines = linesOf(run.plan).flatMap(({ key, kind }) => {
    if (['pass', 'waived'].includes(lineState(run, key, asking.now))) return [];
    const command: HumanCommand =
      kind === 'personal' ? { type: 'acknowledge_item', item: key } : { type: 'confirm_item', item: key, note: 'x' };
    return would(run, command, asking) ? [`${kind === 'personal' ? 'answer' : 'confirm'} "${titleOf(key)}"`] : [];
  });
  if (would(run, { type: 'approve', digest: run.digest }, asking)) {
    const own = { id: asking.actor.id, people: asking.services.people(), now: asking.now };
    if (runsOut(run, own).some(({ what, by }) => what === 'approval' && by.id === own.id))
      lines.push('approve again: yours runs out before the first write');
    else if (!countingApprovals(run, own).some(({ by }) => by.id === own.id)) lines.push('approve or reject the plan');
  }
  for (const { name } of personsTests(run))
    if (would(run, { type: 'confirm_test', test: name, note: 'x' }, asking)) lines.push(`test ${name} in the application`);
  if (would(run, { type: 'resume' }, asking)) lines.push('it holds: resume or roll back');
  if (run.restore !== null && would(run, { type: 'approve_restore', backupId: restoreId(run.restore) }, asking))
    lines.push('agree to the restore, or not');
  if (would(run, { type: 'give_up_restore' }, asking) && run.restore?.sent?.unsure !== '')
    lines.push('look whether the provider takes the database back');
  if (run.state === 'rollback_failed' && would(run, { type: 'roll_back' }, asking))
    lines.push('its rollback failed: mend it and roll back again');
  if (run.state === 'approved' && would(run, { type: 'start' }, asking)) lines.push('start it, or schedule it');
  return lines;
}

function would(run: Run, command: HumanCommand, { services, actor, now }: Asking): boolean {
  return decide(run, command, { now, actor, people: services.people(), sha256: services.sha256 }).ok;
}
