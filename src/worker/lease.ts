import type { Claim, ClaimStore } from '../ports.ts';

/** A worker's hold on one run. `lost` is aborted the moment another worker has it, or when it could not be renewed in time. */
export type Lease = {
  readonly signal: AbortSignal;
  lost(): boolean;
  release(): Promise<void>;
};

/** Renews the claim until it is released. An answer that does not come before the lease runs out counts as lost (F2). */
export function keepLease(store: ClaimStore, claim: Claim, timing: { leaseMs: number; renewMs: number }): Lease {
  const gone = new AbortController();
  let renewedAt = performance.now();
  const renew = async () => {
    const asked = performance.now();
    const kept = await store.renew(claim.run.id, claim.fence, timing.leaseMs).catch(() => null);
    if (kept === false) gone.abort();
    if (kept === true) renewedAt = asked;
    if (performance.now() - renewedAt > timing.leaseMs) gone.abort();
  };
  const timer = setInterval(() => void renew(), timing.renewMs);
  return {
    signal: gone.signal,
    lost: () => gone.signal.aborted,
    release: async () => {
      clearInterval(timer);
      if (!gone.signal.aborted) await store.release(claim.run.id, claim.fence).catch(() => undefined);
    },
  };
}
