import { EXIT } from '../exit.ts';
import { printJson, type Cli } from '../session.ts';

/** `offpeak audit verify`: recomputes the hash of every event (X12). Fails when the chain is broken. */
export function auditVerb({ program, verb }: Cli): void {
  const audit = program.command('audit').description('the record that cannot be changed unseen');
  const command = audit.command('verify').description('recompute the hash of every event').option('--json', 'as JSON');
  verb<{ json?: boolean }>(command, async (session, { json }) => {
    const proof = await session.services.ledger.verify();
    if (json) printJson(session, proof);
    else if (proof.ok)
      session.terminal.out(
        `${proof.events} events, unchanged. Head ${proof.head}\nKeep the head elsewhere: only it shows that the end was not cut off.`,
      );
    else
      session.terminal.out(
        `BROKEN  ${proof.broken ?? ''}\nSomebody or something changed the record. Keep the ledger as it is, and compare it with its backup.`,
      );
    return proof.ok ? EXIT.done : EXIT.failed;
  });
}
