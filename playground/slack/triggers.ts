import { secret } from './identifiers.ts';

export type TriggerRefusal = 'expired_trigger_id' | 'exchanged_trigger_id' | 'invalid_trigger_id';

export type Trigger = { readonly user: string; readonly view?: string; readonly channel?: string };

export type Triggers = {
  /** A trigger for one interaction of one person; `view` when it happened inside a modal, `channel` in a conversation. */
  issue(trigger: Trigger): string;
  redeem(id: string): Trigger | TriggerRefusal;
};

const livesMs = 3_000;

/** Trigger ids: three seconds, one use (docs.slack.dev/reference/methods/views.open). */
export function openTriggers(elapsedMs: () => number): Triggers {
  const issued = new Map<string, Trigger & { readonly at: number; used: boolean }>();
  return {
    issue(trigger) {
      const id = `${Math.floor(elapsedMs())}.${issued.size + 1}.${secret()}`;
      issued.set(id, { ...trigger, at: elapsedMs(), used: false });
      return id;
    },
    redeem(id) {
      const trigger = issued.get(id);
      if (!trigger) return 'invalid_trigger_id';
      if (trigger.used) return 'exchanged_trigger_id';
      if (elapsedMs() - trigger.at > livesMs) return 'expired_trigger_id';
      trigger.used = true;
      return trigger;
    },
  };
}
