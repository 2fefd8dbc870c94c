import { secret, team } from './identifiers.ts';

/** Where a response_url leads: who interacted, where, and with which message if there was one. */
export type ResponsePlace = { readonly user: string; readonly channel: string; readonly ts?: string };

export type ResponseUrls = {
  issue(place: ResponsePlace): string;
  /** Counts as one of the five uses. */
  use(path: string): ResponsePlace | 'used_url' | 'expired_url' | 'unknown_url';
};

const uses = 5;
const livesMs = 30 * 60_000;

/** response_urls: five uses within thirty minutes (docs.slack.dev/interactivity/handling-user-interaction). */
export function openResponseUrls(baseUrl: string, elapsedMs: () => number): ResponseUrls {
  const issued = new Map<string, ResponsePlace & { readonly at: number; left: number }>();
  return {
    issue(place) {
      const path = `/actions/${team.id}/${secret()}`;
      issued.set(path, { ...place, at: elapsedMs(), left: uses });
      return baseUrl + path;
    },
    use(path) {
      const place = issued.get(path);
      if (!place) return 'unknown_url';
      if (elapsedMs() - place.at > livesMs) return 'expired_url';
      if (place.left === 0) return 'used_url';
      place.left -= 1;
      return place;
    },
  };
}
