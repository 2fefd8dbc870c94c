import type { HumanCommand } from '../domain/commands.ts';
import { pointInTimeRefused, pointInTimeSteps, recoveryMoment, type PointInTime } from '../domain/point-in-time.ts';
import type { Actor } from '../domain/people.ts';
import type { Backup } from '../domain/proof.ts';
import type { Refusal } from '../domain/refusal.ts';
import { restoreSpaceRefused } from '../domain/restore-space.ts';
import { isProved, POINT_IN_TIME, predictedRestoreMs, type RestoreOffer, type RestoreRemedy } from '../domain/restore.ts';
import type { Run } from '../domain/run.ts';
import type { Outcome, ProviderRestore, Services, TargetContext } from '../ports.ts';

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
  if (!answer.ok)
    return impossible(answer.why, answer.remedy, answer.remedy === 'owner' ? await guidance(run, context.pointInTime, backup) : []);
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

/** The steps for the server's owner, with what the provider of the settings says to it now. */
async function guidance(run: Run, provider: ProviderRestore | undefined, backup: Backup): Promise<readonly string[]> {
  if (provider === undefined) return pointInTimeSteps(backup);
  const asked = { provider: provider.provider, request: provider.request(recoveryMoment(backup)) };
  return pointInTimeSteps(backup, { ...asked, why: await whyNotAsked(run, provider) });
}

/** Why the provider is not asked to take the database back; null when it can be. What it does not tell is a reason. */
async function whyNotAsked(run: Run, provider: ProviderRestore): Promise<string | null> {
  const span = await provider.span();
  return span.ok ? pointInTimeRefused(run, provider.provider, span.value) : span.why;
}

/** The recovery by the provider that can be asked for now, and what it would take away; or why it cannot. Null: no provider is in the settings. */
export type RecoveryAnswer =
  | { readonly ok: true; readonly backup: Backup; readonly pointInTime: PointInTime; readonly offer: RestoreOffer }
  | { readonly ok: false; readonly refusal: Impossible };

/** Asks provider and database. What would be lost is counted like that of a restore; how long it takes nobody knows. */
export async function recoveryOffer(services: Pick<Services, 'targets'>, run: Run): Promise<RecoveryAnswer | null> {
  const context = services.targets.get(run.target);
  const { backup } = run;
  if (context?.pointInTime === undefined || context.restore === undefined) return null;
  const why = await whyNotAsked(run, context.pointInTime);
  if (why !== null || backup === null) return impossible(why ?? '', 'mend');
  const request = {
    runNumber: run.number,
    backup,
    plannedOn: run.plan.identity,
    signal: AbortSignal.timeout(OFFER_MS),
    inPlace: true,
  } as const;
  const answer = await context.restore.offer(request);
  if (!answer.ok) return impossible(answer.why, 'mend');
  const pointInTime = { provider: context.pointInTime.provider, to: recoveryMoment(backup) };
  return { ok: true, backup, pointInTime, offer: { ...answer.offer, predictedMs: null } };
}

export type RestoreCommand = Extract<HumanCommand, { type: 'request_restore' }>;
type Meant = { readonly ok: true; readonly command: RestoreCommand } | { readonly ok: false; readonly refusal: Refusal };

/**
 * The command that asks for a restore of a backup by its id, or of `point-in-time`; null is the run's own backup. What it would lose is counted
 * now and recorded with the request, so that the second person agrees to that. Refuses an unknown backup, and a restore that cannot be.
 */
export async function restoreCommand(
  services: Pick<Services, 'targets'>,
  request: { readonly run: Run; readonly backupId: string | null; readonly database: string },
): Promise<Meant> {
  const { run, database } = request;
  const wanted = request.backupId ?? run.backup?.id ?? '';
  // Whoever typed another name learns that before anything is counted.
  const misnamed: Refusal | null =
    database === run.plan.identity.database ? null : { code: 'wrong_database', database: run.plan.identity.database };
  if (wanted === POINT_IN_TIME)
    return misnamed === null ? await recoveryCommand(services, run, database) : { ok: false, refusal: misnamed };
  const listed = (await services.targets.get(run.target)?.backups.list()) ?? [];
  const backup = listed.find(({ id }) => id === wanted);
  if (backup === undefined) return { ok: false, refusal: { code: 'unknown_backup', backup: wanted } };
  if (misnamed !== null) return { ok: false, refusal: misnamed };
  const answer = await restoreOffer(services, run, backup);
  return answer.ok ? { ok: true, command: { type: 'request_restore', backup, database, offer: answer.offer } } : answer;
}

async function recoveryCommand(services: Pick<Services, 'targets'>, run: Run, database: string): Promise<Meant> {
  const answer = await recoveryOffer(services, run);
  if (answer === null) return impossible('No provider that takes the database back is in the settings (backup, point_in_time).', 'mend');
  if (!answer.ok) return answer;
  const { backup, offer, pointInTime } = answer;
  return { ok: true, command: { type: 'request_restore', backup, database, offer, pointInTime } };
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
