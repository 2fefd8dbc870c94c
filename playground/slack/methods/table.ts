import { blocksMethods } from './blocks.ts';
import { channelMethods } from './channels.ts';
import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import { fileMethods } from './files.ts';
import { historyMethods } from './history.ts';
import { markMethods } from './marks.ts';
import { sessionMethods } from './session.ts';
import { usergroupMethods } from './usergroups.ts';
import { userMethods } from './users.ts';
import { viewMethods } from './views.ts';
import { missingArguments } from './method.ts';
import type { Method, Methods } from './method.ts';

const known: Methods = {
  ...sessionMethods,
  ...userMethods,
  ...usergroupMethods,
  ...conversationMethods,
  ...channelMethods,
  ...historyMethods,
  ...chatMethods,
  ...viewMethods,
  ...fileMethods,
  ...markMethods,
  ...blocksMethods,
};

/** Every method the local Slack knows; anything else answers unknown_method. */
export const methods: Methods = Object.fromEntries(Object.entries(known).map(([name, method]) => [name, complete(method)]));

/** A method that looks at its required arguments first. */
function complete(method: Method): Method {
  return { ...method, answer: (slack, args) => missingArguments(method, args) ?? method.answer(slack, args) };
}
