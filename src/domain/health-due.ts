import { healthLines } from './checklist.ts';
import { rehearsedGrowth } from './disk-space.ts';
import { between, plus, type Instant } from './instant.ts';
import { A_PERSON, hookOfItem, type ItemKey } from './items.ts';
import type { Run } from './run.ts';
import { recheckAt } from './schedule.ts';

/** When somebody last cared for the run: a forgotten one is not read for ever, and one that is taken up again is. */
export function lastHumanAct(run: Run): Instant | null {
  const confirmed = Object.values(run.evidence).filter(({ source }) => source === A_PERSON);
  const words = [...confirmed, ...Object.values(run.acknowledged).flat(), ...Object.values(run.waivers), ...run.approvals];
  return (
    [...words, ...(run.checklist === null ? [] : [run.checklist])]
      .map(({ at }) => at)
      .toSorted()
      .at(-1) ?? null
  );
}

/**
 * When a health line is read next, before the start; null when it never was. One that passes is read again three quarters through its life.
 * One that does not is read again after a tenth of it, while somebody who cared within the last twelve lives may be waiting for it.
 */
function lineDue(run: Run, item: ItemKey, now: Instant): Instant | null {
  const entry = run.evidence[item];
  if (entry === undefined) return null;
  const life = run.plan.timing.machineEvidenceMs;
  if (readBeforeRehearsal(run, item)) return entry.at;
  const attended = between(lastHumanAct(run) ?? now, now) < 12 * life;
  return entry.verdict === 'pass' || !attended ? plus(entry.expiresAt, -life / 4) : plus(entry.at, life / 10);
}

/** Whether the disk was judged before the newest rehearsal said what the change adds to it (R33). */
function readBeforeRehearsal({ evidence, rehearsal }: Run, item: ItemKey): boolean {
  const entry = evidence[item];
  if (item !== 'disk' || entry === undefined || rehearsal === null) return false;
  return rehearsedGrowth(rehearsal) !== null && between(entry.at, rehearsal.at) > 0;
}

/** When the first of the health lines is read next; null when one is missing. */
export function healthDue(run: Run, now: Instant): Instant | null {
  const due = healthLines(run.plan).map((item) => lineDue(run, item, now));
  if (due.includes(null)) return null;
  return due.toSorted()[0] ?? null;
}

/** From when on what preparation rests on must have been read: its opening, and T-5 once that has come (R46). */
export function preparedSince(run: Run, now: Instant): Instant {
  const recheck = recheckAt(run);
  return recheck !== null && between(recheck, now) >= 0 ? recheck : (run.started?.at ?? now);
}

/** Whether preparation may rest on this line as it was read. */
export function isFresh(run: Run, item: ItemKey, now: Instant): boolean {
  const entry = run.evidence[item];
  if (entry === undefined || readBeforeRehearsal(run, item)) return false;
  return between(preparedSince(run, now), entry.at) >= 0 && between(now, entry.expiresAt) > 0;
}

/**
 * The health lines to read now. Numbers are read all together; an executable of the team only when its own line is due, because it may take
 * minutes and do work of its own.
 */
export function linesToRead(run: Run, now: Instant): readonly ItemKey[] {
  return healthLines(run.plan).filter((item) => {
    if (hookOfItem(item) === null) return true;
    if (run.state === 'preparing') return !isFresh(run, item, now);
    const due = lineDue(run, item, now);
    return due === null || between(due, now) >= 0;
  });
}
