import type { HumanCommand } from '../domain/commands.ts';
import { pointInTimeSteps } from '../domain/point-in-time.ts';
import type { Actor } from '../domain/people.ts';
import type { Backup } from '../domain/proof.ts';
import type { Refusal } from '../domain/refusal.ts';
import { restoreSpaceRefused } from '../domain/restore-space.ts';
import { isProved, predictedRestoreMs, type RestoreOffer, type RestoreRemedy } from '../domain/restore.ts';
import type { Run } from '../domain/run.ts';
import type { Outcome, Services, TargetContext } from '../ports.ts';

type Asking = Pick<Services, 'targets'> & { readonly ledger: Pick<Services['ledger'], 'load' | 'execute'> };

/** A backup that a run may go back to, and whether it is the one this run took itself. */
export type RestoreChoice = { readonly backup: Backup; readonly proved: boolean; readonly own: boolean };

/** The backups of the run's target that a restore has proved, newest first, this run's own before all others (R84). */
export async function restoreChoices(services: Pick<Services, 'targets'>, run: Run): Promise<readonly RestoreChoice[]> {
  const context = services.targets.get(run.target);
  if (context === undefined) return [];
  const listed = await context.backups.list();
  const choices = listed.map((backup) => ({ backup, proved: isProved(run, backup), own: backup.id === run.backup?.id }));
  return choices.filter(({ proved }) => proved).toSorted((a, b) => Number(b.own) - Number(a.own));
}

type Impossible = Extract<Refusal, { readonly code: 'restore_impossible' }>;
export type OfferAnswer = { readonly ok: true; readonly offer: RestoreOffer } | { readonly ok: false; readonly refusal: Impossible };

/** What a restore of this backup would lose and take now, or why it cannot be; where only the server's owner can help, with the steps (F61, R33). */
export async function restoreOffer(services: Pick<Services, 'targets'>, run: Run, backup: Backup): Promise<OfferAnswer> {
  const context = services.targets.get(run.target);
  if (context?.restore === undefined) return impossible('This process does not know the target. The database was not touched.', 'mend');
  const request = { runNumber: run.number, backup, plannedOn: run.plan.identity, signal: AbortSignal.timeout(OFFER_MS) };
  const answer = await context.restore.offer(request);
  if (!answer.ok) return impossible(answer.why, answer.remedy, answer.remedy === 'owner' ? pointInTimeSteps(backup) : []);
  const disk = await diskOf(context);
  const full = restoreSpaceRefused({ disk, needed: answer.neededBytes, keepFree: run.plan.thresholds.diskFree });
  if (full !== null) return impossible(full, 'mend');
  return { ok: true, offer: { ...answer.offer, predictedMs: predictedRestoreMs(run) } };
}

/** A backup that cannot be gone back to, and why. */
export type LeftOut = { readonly backup: Backup; readonly why: string };
export type Restorable =
  | { readonly ok: true; readonly choices: readonly RestoreChoice[]; readonly offer: RestoreOffer; readonly leftOut: readonly LeftOut[] }
  | { readonly ok: false; readonly refusal: Impossible };

/**
 * What can be gone back to now, with what the first of these backups would lose. One that only another backup can replace is left out with
 * its reason, and the next is looked at; the first other reason ends the look, because it holds for all. Null: no backup is proved.
 */
export async function restorable(services: Pick<Services, 'targets'>, run: Run): Promise<Restorable | null> {
  const choices = await restoreChoices(services, run);
  const leftOut: LeftOut[] = [];
  for (const [index, { backup }] of choices.entries()) {
    const answer = await restoreOffer(services, run, backup);
    if (answer.ok) return { ok: true, choices: choices.slice(index), offer: answer.offer, leftOut };
    if (answer.refusal.remedy !== 'another_backup') return answer;
    leftOut.push({ backup, why: answer.refusal.detail });
  }
  if (leftOut.length === 0) return null;
  const reasons = leftOut.map(({ why }) => why).join(' ');
  return impossible(`${reasons} No other proved backup lies in the directory: "offpeak backup --fetch ID" may bring one back.`, 'mend');
}

/** Somebody waits for it. */
const OFFER_MS = 30_000;

export type RestoreCommand = Extract<HumanCommand, { type: 'request_restore' }>;
type Meant = { readonly ok: true; readonly command: RestoreCommand } | { readonly ok: false; readonly refusal: Refusal };

/**
 * The command that asks for a restore of a backup by its id; null is the run's own. What it would lose is counted now and recorded with
 * the request, so that the second person agrees to that. Refuses an unknown backup, and a restore that cannot be.
 */
export async function restoreCommand(
  services: Pick<Services, 'targets'>,
  request: { readonly run: Run; readonly backupId: string | null; readonly database: string },
): Promise<Meant> {
  const { run, database } = request;
  const wanted = request.backupId ?? run.backup?.id ?? '';
  const listed = (await services.targets.get(run.target)?.backups.list()) ?? [];
  const backup = listed.find(({ id }) => id === wanted);
  if (backup === undefined) return { ok: false, refusal: { code: 'unknown_backup', backup: wanted } };
  // Whoever typed another name learns that before anything is counted.
  if (database !== run.plan.identity.database)
    return { ok: false, refusal: { code: 'wrong_database', database: run.plan.identity.database } };
  const answer = await restoreOffer(services, run, backup);
  return answer.ok ? { ok: true, command: { type: 'request_restore', backup, database, offer: answer.offer } } : answer;
}

/** Asks for a restore in somebody's name. Refuses what `restoreCommand` and the domain refuse. */
export async function requestRestore(
  services: Asking,
  request: { readonly run: Run; readonly backupId: string | null; readonly database: string; readonly actor: Actor },
): Promise<Outcome> {
  const meant = await restoreCommand(services, request);
  if (!meant.ok) return { ok: false, refusal: meant.refusal, run: request.run };
  return await services.ledger.execute(request.run.id, meant.command, request.actor);
}

async function diskOf({ sources }: TargetContext): Promise<{ bytes: number; share: number } | null> {
  const reading = await sources.database.diskFree();
  return reading.ok ? reading.value : null;
}

function impossible(detail: string, remedy: RestoreRemedy, steps: readonly string[] = []): Extract<OfferAnswer, { ok: false }> {
  return { ok: false, refusal: { code: 'restore_impossible', detail, remedy, steps } };
}
