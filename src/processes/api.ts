import type { Config, Secrets } from '../config/config.ts';
import { serveApi, type Api } from '../http/server.ts';
import { tokenHash } from '../http/tokens.ts';
import type { Services } from '../ports.ts';

const AGAIN_MS = 5_000;

/**
 * The HTTP API beside the bot, when the settings want one. A port that is taken ends nothing: it is said, and tried again, because the one
 * who has it may be another bot that is about to go.
 */
export function keepApi(services: Services, config: Pick<Config, 'api'>, secrets: Pick<Secrets, 'api'>): { stop(): Promise<void> } {
  const { api } = config;
  if (api === null) return { stop: () => Promise.resolve() };
  const { host, port } = api;
  const tokens = secrets.api.map(({ person, token }) => tokenHash(person, token.reveal()));
  const state: { stopped: boolean; serving: Api | null; timer: NodeJS.Timeout | undefined } = {
    stopped: false,
    serving: null,
    timer: undefined,
  };
  async function start(): Promise<void> {
    try {
      const serving = await serveApi(services, { host, port, tokens });
      if (state.stopped) return await serving.stop();
      state.serving = serving;
      services.log.info({ host, port, people: tokens.length }, 'the HTTP API listens');
    } catch (error) {
      services.log.error(
        { host, port, error: String(error) },
        'the HTTP API cannot listen; everything else goes on, and it is tried again',
      );
      if (!state.stopped) state.timer = setTimeout(() => void start(), AGAIN_MS);
    }
  }
  const starting = start();
  return {
    stop: async () => {
      state.stopped = true;
      clearTimeout(state.timer);
      await starting;
      await state.serving?.stop();
    },
  };
}
