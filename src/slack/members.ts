import type { Log } from '../ports.ts';
import { failureOf } from './failure.ts';

/** What kind of account somebody has. `unknown` when Slack did not say: never read it as a member. */
export type Membership = 'member' | 'guest' | 'bot' | 'deleted' | 'stranger' | 'unknown';

/** The one method used. */
export type UsersClient = {
  readonly users: {
    info(args: { user: string }): Promise<{
      user?: {
        deleted?: boolean;
        is_bot?: boolean;
        is_restricted?: boolean;
        is_ultra_restricted?: boolean;
        is_stranger?: boolean;
      };
    }>;
  };
};

/** An answer is used for this long; a person who was deactivated is out within a minute. */
const KEPT_MS = 60_000;

/** Who is a full member of the workspace now (R7). Asks Slack at the click, at most once a minute per person. */
export function members(known: { client: UsersClient; log: Log; elapsedMs: () => number }): (userId: string) => Promise<Membership> {
  const { client, log, elapsedMs } = known;
  const answers = new Map<string, { readonly membership: Membership; readonly at: number }>();
  return async (userId) => {
    const kept = answers.get(userId);
    if (kept !== undefined && elapsedMs() - kept.at < KEPT_MS) return kept.membership;
    try {
      const { user } = await client.users.info({ user: userId });
      const membership = user === undefined ? 'unknown' : judge(user);
      answers.set(userId, { membership, at: elapsedMs() });
      return membership;
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === 'refused' && (failure.error === 'user_not_found' || failure.error === 'user_not_visible')) return 'stranger';
      log.warn({ user: userId, failure }, 'Slack does not say who this is');
      return 'unknown';
    }
  };
}

function judge(user: NonNullable<Awaited<ReturnType<UsersClient['users']['info']>>['user']>): Membership {
  if (user.deleted === true) return 'deleted';
  if (user.is_bot === true) return 'bot';
  if (user.is_stranger === true) return 'stranger';
  return user.is_restricted === true || user.is_ultra_restricted === true ? 'guest' : 'member';
}
