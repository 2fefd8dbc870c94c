import { askedPeople, isWaived, lineOf, lineState, rolesText, waiverRenewable, type PlanItem } from '../checklist.ts';
import type { Context } from '../commands.ts';
import { renewable } from '../first-write.ts';
import { plus } from '../instant.ts';
import { A_PERSON, ITEM_ROLES, titleOf, type Evidence } from '../items.ts';
import { hasRole, whoMay } from '../people.ts';
import { inPreparation, type Run } from '../run.ts';
import { happened, notPermitted, refuse, wrongState, type Decision } from './decision.ts';

/** Whether lines can be answered now. Also in preparation: what expires on the way to the first write would otherwise end the run. */
function answerable(run: Run): boolean {
  return revocable(run) || inPreparation(run);
}

/** Whether what people said can be taken back: before the start, where it locks the start again (R36). */
function revocable({ state }: Run): boolean {
  return state === 'checklist' || state === 'approved' || state === 'scheduled';
}

/** A person's line, with what they looked at. */
export function confirmItem(run: Run, command: { item: string; note: string }, context: Context): Decision {
  const line = lineOf(run.plan, command.item);
  if (line === undefined || line.kind === 'machine') return refuse({ code: 'unknown_item', item: command.item });
  if (!answerable(run)) return wrongState(run, 'confirm');
  if (line.kind === 'personal') return refuse(personal(run, line, context));
  // R22: whoever asks for a plan wrote it, or had it written.
  if (line.key === 'rollback_review' && context.actor.id === run.requester.id) return refuse({ code: 'own_review' });
  const note = command.note.trim();
  if (note === '') return refuse({ code: 'evidence_empty' });
  const evidence: Evidence = {
    item: line.key,
    verdict: 'pass',
    value: note,
    limit: '',
    source: A_PERSON,
    at: context.now,
    expiresAt: plus(context.now, run.plan.timing.humanEvidenceMs),
    actor: context.actor,
  };
  return happened({ type: 'evidence_recorded', evidence: [evidence] });
}

/** One's own word on a line that names one; nobody gives it for another (R17, R18). */
export function acknowledgeItem(run: Run, item: string, context: Context): Decision {
  const line = lineOf(run.plan, item);
  if (line?.kind !== 'personal') return refuse({ code: 'unknown_item', item });
  if (!answerable(run)) return wrongState(run, 'acknowledge');
  if (!askedPeople(run, line, context.people).some(({ id }) => id === context.actor.id)) return refuse(personal(run, line, context));
  const life = run.plan.timing.humanEvidenceMs;
  const before = run.acknowledged[line.key]?.find(({ by }) => by.id === context.actor.id);
  if (before !== undefined && !renewable(run, { expiresAt: before.expiresAt, lifeMs: life, now: context.now }))
    return refuse({ code: 'already_so', detail: `Your word on "${titleOf(line.key)}" is recorded already.` });
  return happened({ type: 'item_acknowledged', item: line.key, expiresAt: plus(context.now, life) });
}

function personal(run: Run, line: PlanItem, { people }: Context) {
  const names = askedPeople(run, line, people).map(({ name }) => `@${name}`);
  const who = names.length === 0 ? 'nobody in the configuration' : names.join(', ');
  return { code: 'personal_line', item: titleOf(line.key), who } as const;
}

/** Lets a line stay open, by the role that its plan names and never by the one who asked for the plan (R35). */
export function waiveItem(run: Run, { item, reason }: { item: string; reason: string }, context: Context): Decision {
  const line = lineOf(run.plan, item);
  if (line === undefined) return refuse({ code: 'unknown_item', item });
  const title = titleOf(line.key);
  if (line.waivers.length === 0) return refuse({ code: 'not_waivable', item: title });
  if (!hasRole(context.people, context.actor.id, line.waivers)) {
    const who = `${whoMay(context.people, line.waivers)} (${rolesText(line.waivers)})`;
    return refuse({ code: 'not_yours_to_waive', item: title, who });
  }
  if (context.actor.id === run.requester.id) return refuse({ code: 'own_waiver' });
  if (!answerable(run)) return wrongState(run, 'waive');
  const state = lineState(run, line.key, context.now);
  if (state === 'pass') return refuse({ code: 'already_so', detail: `"${title}" passes, so there is nothing to waive.` });
  if (state === 'waived' && !waiverRenewable(run, line.key, context))
    return refuse({ code: 'already_so', detail: `"${title}" is waived already.` });
  if (reason.trim() === '') return refuse({ code: 'reason_missing' });
  const expiresAt = plus(context.now, run.plan.timing.humanEvidenceMs);
  return happened({ type: 'item_waived', item: line.key, reason: reason.trim(), expiresAt });
}

/** Takes back what the line shows: a waiver, a confirmation, or one's own word; the start is locked again (R36). */
export function withdrawItem(run: Run, item: string, context: Context): Decision {
  const line = lineOf(run.plan, item);
  const waived = line !== undefined && isWaived(run, line.key, context.now);
  if (line === undefined || (line.kind === 'machine' && !waived)) return refuse({ code: 'unknown_item', item: titleOf(item) });
  const answered = line.kind !== 'machine' && lineState(run, line.key, context.now) === 'pass';
  const denied = notPermitted(context, ITEM_ROLES);
  if (denied !== null && (line.kind === 'human' || (waived && !answered))) return denied;
  if (!revocable(run)) return wrongState(run, 'withdraw');
  const waiver = { type: 'waiver_withdrawn', item: line.key } as const;
  if (waived && !answered) return happened(waiver);
  const own = line.kind === 'personal' ? withdrawWord(run, line, context) : withdrawConfirmation(run, line);
  // A waiver that nobody sees behind the answer would leave the start unlocked.
  return own.ok && waived && denied === null ? happened(...own.happenings, waiver) : own;
}

function withdrawConfirmation(run: Run, { key }: PlanItem): Decision {
  if (run.evidence[key] === undefined) return refuse({ code: 'already_so', detail: `"${titleOf(key)}" is not confirmed.` });
  return happened({ type: 'evidence_withdrawn', item: key });
}

function withdrawWord(run: Run, line: PlanItem, context: Context): Decision {
  const given = run.acknowledged[line.key]?.some(({ by }) => by.id === context.actor.id) === true;
  if (given) return happened({ type: 'acknowledgement_withdrawn', item: line.key });
  if (!askedPeople(run, line, context.people).some(({ id }) => id === context.actor.id)) return refuse(personal(run, line, context));
  return refuse({ code: 'already_so', detail: `You have not answered "${titleOf(line.key)}".` });
}
