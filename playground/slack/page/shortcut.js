import { act } from './store.js';
import { toast } from './toast.js';

/** Uses a shortcut of the app: a global one, or with `channel` and `ts` one of a message. */
export async function useShortcut(details) {
  const outcome = await act('shortcut', details);
  if (!outcome.ok) toast(outcome.error ?? 'The shortcut could not be used.');
}
