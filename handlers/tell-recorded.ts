import type { HumanCommand } from '../src/domain/commands.ts';
import type { Run } from '../src/domain/run.ts';
import { recordedMessage } from '../src/slack/render/recorded.ts';
import { tell } from './tell.ts';
import type { Tools, Visitor } from './tools.ts';

/** The card is the answer to a command; only when Slack does not take it in time, the person is told what was recorded (R5). Never rejects. */
export async function tellRecorded(tools: Tools, visitor: Visitor, done: { command: HumanCommand; run: Run }): Promise<void> {
  if (await tools.shown(done.run.id, done.run.version)) return;
  await tell(tools, visitor, recordedMessage(done.command, done.run));
}
