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

/** An answer is used for this long: enough for a double click, too short for somebody who was just deactivated (T18). */
const KEPT_MS = 5_000;

/** Asks who somebody is; `lastKnown` is what Slack said last, however long ago, and `unknown` before that. */
export type Members = ((userId: string) => Promise<Membership>) & { readonly lastKnown: (userId: string) => Membership };

/** Who is a full member of the workspace now (R7). Asks Slack at the click; while Slack does not answer, nobody is a member. */
export function members(known: { client: UsersClient; log: Log; elapsedMs: () => number }): Members {
  const { client, log, elapsedMs } = known;
  const answers = new Map<string, { readonly membership: Membership; readonly at: number }>();
  const remember = (userId: string, membership: Membership) => {
    answers.set(userId, { membership, at: elapsedMs() });
    return membership;
  };

  async function ask(userId: string): Promise<Membership> {
    const kept = answers.get(userId);
    if (kept !== undefined && elapsedMs() - kept.at < KEPT_MS) return kept.membership;
    try {
      const { user } = await client.users.info({ user: userId });
      return user === undefined ? 'unknown' : remember(userId, judge(user));
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === 'refused' && STRANGERS.includes(failure.error)) return remember(userId, 'stranger');
      log.warn({ user: userId, failure }, 'Slack does not say who this is');
      return 'unknown';
    }
  }

  return Object.assign(ask, { lastKnown: (userId: string) => answers.get(userId)?.membership ?? 'unknown' });
}

/** What Slack says of people of whom it tells us nothing. */
const STRANGERS: readonly string[] = ['user_not_found', 'user_not_visible'];

function judge(user: NonNullable<Awaited<ReturnType<UsersClient['users']['info']>>['user']>): Membership {
  if (user.deleted === true) return 'deleted';
  if (user.is_bot === true) return 'bot';
  if (user.is_stranger === true) return 'stranger';
  return user.is_restricted === true || user.is_ultra_restricted === true ? 'guest' : 'member';
}
