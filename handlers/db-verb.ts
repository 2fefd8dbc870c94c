import { lookAtDatabase, LOOKS } from '../src/usecases/database.ts';
import type { Message } from '../src/slack/render/block-kit.ts';
import { databaseMessage } from '../src/slack/render/database.ts';
import { note } from '../src/slack/render/refusal.ts';
import { code } from '../src/slack/render/text.ts';
import type { Tools } from './tools.ts';

/**
 * `/migrate db [health-checks|check-long-queries|replication-lag] [target]`: what `offpeak db` says, for whoever asks (R96–R98). It only reads,
 * and only the one who asked sees it.
 */
export async function dbVerb({ services }: Tools, { words }: { readonly words: readonly string[] }): Promise<Message> {
  const look =
    LOOKS.find((each) => each === words[0]) ?? (words.length === 0 || services.targets.has(words[0] ?? '') ? 'health-checks' : null);
  if (look === null) return note(`Write one of these: ${LOOKS.map((each) => code(`/migrate db ${each}`)).join(', ')}. Nothing was done.`);
  const named = words.at(-1) ?? '';
  const target = named === '' || named === look ? services.defaultTarget : named;
  const context = services.targets.get(target);
  if (context === undefined)
    return note(
      `There is no target ${code(target)}. Configured: ${[...services.targets.keys()].map((name) => code(name)).join(', ')}. Nothing was done.`,
    );
  return databaseMessage(target, look, await lookAtDatabase(services, context, look));
}
