import type { HumanCommand } from '../domain/commands.ts';
import { pointInTimeSteps } from '../domain/point-in-time.ts';
import type { Actor } from '../domain/people.ts';
import type { Backup } from '../domain/proof.ts';
import type { Refusal } from '../domain/refusal.ts';
import { restoreSpaceRefused } from '../domain/restore-space.ts';
import { isProved, predictedRestoreMs, type RestoreOffer } from '../domain/restore.ts';
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

export type OfferAnswer = { readonly ok: true; readonly offer: RestoreOffer } | { readonly ok: false; readonly refusal: Refusal };

/** What a restore of this backup would lose and take now, or why it cannot be; where only the server's owner can help, with the steps (F61, R33). */
export async function restoreOffer(services: Pick<Services, 'targets'>, run: Run, backup: Backup): Promise<OfferAnswer> {
  const context = services.targets.get(run.target);
  if (context?.restore === undefined) return impossible('This process does not know the target. The database was not touched.', []);
  const request = { runNumber: run.number, backup, plannedOn: run.plan.identity, signal: AbortSignal.timeout(OFFER_MS) };
  const answer = await context.restore.offer(request);
  if (!answer.ok) return impossible(answer.why, answer.guided ? pointInTimeSteps(backup) : []);
  const disk = await diskOf(context);
  const full = restoreSpaceRefused({ disk, needed: answer.neededBytes, keepFree: run.plan.thresholds.diskFree });
  if (full !== null) return impossible(full, []);
  return { ok: true, offer: { ...answer.offer, predictedMs: predictedRestoreMs(run) } };
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

function impossible(detail: string, steps: readonly string[]): OfferAnswer {
  return { ok: false, refusal: { code: 'restore_impossible', detail, steps } };
}
