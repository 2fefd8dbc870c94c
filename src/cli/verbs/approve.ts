import { shortDigest } from '../../domain/digest.ts';
import type { Run } from '../../domain/run.ts';
import { approvalCount } from '../../slack/render/gate-lines.ts';
import { BadUsage, EXIT } from '../exit.ts';
import { give, refused, type Cli, type Session } from '../session.ts';
import { agrees } from '../terminal.ts';
import { planView } from '../views/plan.ts';

/** `offpeak approve [digest]`: approves exactly what was seen: the plan shown here, or the digest read on the card or in `status` (invariant 3). */
export function approveVerb({ program, verb }: Cli): void {
  const command = program
    .command('approve')
    .description('approve the plan you have seen')
    .argument('[digest]', 'its digest, at least 8 digits; without it the plan is shown and you are asked');
  verb(command, async (session, _options, digest) => {
    const run = await session.services.ledger.active(session.target.name);
    if (run === null) return refused(session, { code: 'no_run', target: session.target.name });
    const seen = digest === undefined ? await shown(session, run) : written(run, digest);
    if (seen === null) return EXIT.refused;
    const approved = await give(session, { type: 'approve', digest: seen });
    if (typeof approved === 'number') return approved;
    const now = await session.services.ledger.now();
    const have = approvalCount({ run: approved, now }, session.services.people());
    session.terminal.out(`Run #${approved.number}: your approval of ${shortDigest(approved.digest)} counts, ${have} are in.`);
    return EXIT.done;
  });
}

async function shown({ terminal }: Session, run: Run): Promise<string | null> {
  if (!terminal.interactive)
    throw new BadUsage(`Nobody can be asked here. Write which plan you approve: offpeak approve ${shortDigest(run.digest)}`);
  terminal.out(planView(run));
  if (await agrees(terminal, `Approve run #${run.number} of ${run.target}, digest ${shortDigest(run.digest)}?`)) return run.digest;
  terminal.err('Not approved.');
  return null;
}

/** The whole digest for its first digits; what does not fit goes on as it is, and is refused as a plan that has changed. */
function written(run: Run, digest: string): string {
  if (!/^[0-9a-f]{8,64}$/i.test(digest))
    throw new BadUsage('A digest has at least 8 of the digits 0-9 and a-f; "offpeak status" shows it.');
  return run.digest.startsWith(digest.toLowerCase()) ? run.digest : digest;
}
