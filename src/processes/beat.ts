import type { Services } from '../ports.ts';

const EVERY_MS = 3_000;

/** Tells the ledger every three seconds that this process lives; `status` and `doctor` show who does. */
export function keepBeating(
  services: Pick<Services, 'ledger' | 'log'>,
  process: { name: string; role: 'bot' | 'worker'; pid: number; version: string },
): { stop(): void } {
  const beat = () => {
    services.ledger.beat(process).catch((error: unknown) => services.log.warn({ error: String(error) }, 'the heartbeat was not heard'));
  };
  beat();
  const timer = setInterval(beat, EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
