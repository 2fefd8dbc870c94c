import { blocksMethods } from './blocks.ts';
import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import { fileMethods } from './files.ts';
import { markMethods } from './marks.ts';
import { sessionMethods } from './session.ts';
import { userMethods } from './users.ts';
import { viewMethods } from './views.ts';
import type { Methods } from './method.ts';

/** Every method the local Slack knows; anything else answers unknown_method. */
export const methods: Methods = {
  ...sessionMethods,
  ...userMethods,
  ...conversationMethods,
  ...chatMethods,
  ...viewMethods,
  ...fileMethods,
  ...markMethods,
  ...blocksMethods,
};
