import type { HumanCommand } from '../src/domain/commands.ts';
import { whoMay, type Actor, type Person } from '../src/domain/people.ts';
import { foreign } from './admission.ts';
import type { Membership, Tools, Visitor } from './tools.ts';

/** Who acts, or the sentence that says why they may not. */
export type Resolved = { readonly ok: true; readonly actor: Actor } | { readonly ok: false; readonly sentence: string };

/** Ways back and brakes: they never wait for an answer from Slack, and its silence does not forbid them (R7). */
const BRAKES: readonly (HumanCommand['type'] | 'plan' | 'hook')[] = [
  'roll_back',
  'stop_after_step',
  'pause',
  'cancel',
  'reject',
  'withdraw_item',
  'confirm_presence',
  'hold_five',
];

const ACCOUNTS: Readonly<Partial<Record<Membership, string>>> = {
  guest: 'Guests of the workspace may not do this, whatever the configuration says.',
  bot: 'Bots may not do this.',
  deleted: 'This account is deactivated.',
  stranger: 'Only members of this workspace may do this.',
};

/** Whose account this is: a second account of a person is that person. */
export function personOf(people: readonly Person[], userId: string): Person | undefined {
  return people.find(({ id, accounts = [] }) => id === userId || accounts.includes(userId));
}

/**
 * The person of the configuration behind a Slack account, checked at the click (R7). Fails closed: other workspaces, people without a
 * role, guests, bots, and for what goes forward also everybody Slack cannot tell us about. A second account of a person is that person, so
 * nobody approves their own plan with it.
 */
export async function actorOf(
  tools: Tools,
  { user }: Pick<Visitor, 'user'>,
  command: HumanCommand['type'] | 'plan' | 'hook',
): Promise<Resolved> {
  if (foreign(tools, { user })) {
    return {
      ok: false,
      sentence: 'You are from another workspace. Only members of the one where Offpeak is installed may do this. Nothing was changed.',
    };
  }
  const people = tools.services.people();
  const person = personOf(people, user.id);
  if (person === undefined) {
    const ask = whoMay(people, ['operator', 'requester']);
    return {
      ok: false,
      sentence: `You have no role in Offpeak. Ask ${ask} to add your Slack id ${user.id} to offpeak.yaml. Nothing was changed.`,
    };
  }
  const actor: Actor = { id: person.id, name: person.name, via: 'slack' };
  const brake = BRAKES.includes(command);
  // Asked all the same, so that the next press knows; this one goes by what Slack said last.
  if (brake) void tools.membership(user.id);
  const membership = brake ? tools.lastKnown(user.id) : await tools.membership(user.id);
  const refused = ACCOUNTS[membership];
  if (refused !== undefined) return { ok: false, sentence: `${refused} Nothing was changed.` };
  if (membership === 'unknown' && !brake) {
    const sentence =
      'Slack does not say at the moment whether your account is in order, so nothing goes forward from here and nothing was changed. Rolling back and stopping still work; the terminal does everything: offpeak --help.';
    return { ok: false, sentence };
  }
  return { ok: true, actor };
}
