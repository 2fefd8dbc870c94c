import { createHash } from 'node:crypto';
import type { Sample } from '../domain/monitor.ts';
import type { Log } from '../ports.ts';
import type { RunView } from '../usecases/status.ts';
import { concernOf, failureOf } from './failure.ts';
import { alertChart } from './render/alert-chart.ts';
import { chartSvg } from './render/chart.ts';
import type { RenderedMessage } from './render/messages.ts';

/** The Web API method that uploads a file without showing it anywhere. */
export type PicturesClient = {
  filesUploadV2(args: {
    filename: string;
    title: string;
    alt_text: string;
    file: Buffer;
  }): Promise<{ files?: readonly { files?: readonly { id?: string }[] }[] }>;
};

export type PicturesSettings = {
  readonly client: PicturesClient;
  /** Readings of a run for a chart, oldest first. */
  readonly samples: (runId: string) => Promise<readonly Sample[]>;
  /** Rejects where no picture can be drawn at all. */
  readonly png: (svg: string) => Promise<Uint8Array>;
};

/** A message that has a picture, and the run it shows. */
export type Pictured = { readonly view: RunView; readonly key: string; readonly picture: NonNullable<RenderedMessage['picture']> };

/** What has become of the picture of one message. */
type Fate = {
  readonly busy: boolean;
  readonly drawAtMs: number;
  readonly showAtMs: number;
  readonly refusals: number;
  readonly failures: number;
};

/** Draws the charts of alerts and uploads them, beside the messages and never before one: no alert waits for its picture. */
export type Pictures = {
  /** Begins to draw and upload, unless that is under way or has to wait. Returns at once; `arrived` hears of the file. Never rejects. */
  readonly draw: (wanted: Pictured, arrived: (fileId: string) => Promise<void>) => void;
  /** Whether Slack may be asked to show the picture of this message now. */
  readonly mayShow: (runId: string, key: string) => boolean;
  /** Slack did not take a message with its picture in it: without it for a while. */
  readonly refused: (runId: string, key: string) => void;
  /** Whether a picture is still to come; false once nobody will draw or show it any more. */
  readonly pending: (runId: string, key: string, stage: { readonly wanted: string; readonly has: string | null }) => boolean;
};

/** Between two pictures of one message: an alert that flaps is drawn as it is in the end. */
const AGAIN_MS = 10_000;
/** Slack examines a file before a message may show it; until then it refuses the whole message (slackapi/node-slack-sdk#1865). */
const EXAMINED_MS = 1_000;
const MOST_REFUSALS = 6;
/** After a failure, doubled up to the longest. */
const FAILED_MS = 30_000;
const LONGEST_MS = 600_000;
const NEVER = Number.POSITIVE_INFINITY;

/** The key under which the ledger keeps which file a message shows. */
export function pictureKey(key: string): string {
  return `picture:${key}`;
}

/** What the ledger keeps of a stage. */
export function stageHash(stage: string): string {
  return createHash('sha256').update(stage).digest('hex');
}

/** Without settings there are no pictures. One is drawn at a time. */
export function pictures(known: {
  readonly settings: PicturesSettings | undefined;
  readonly log: Log;
  readonly elapsedMs: () => number;
}): Pictures {
  const { settings, log, elapsedMs } = known;
  const fates = new Map<string, Fate>();
  let able = settings !== undefined;
  let queue: Promise<void> = Promise.resolve();

  const fateOf = (runId: string, key: string): Fate =>
    fates.get(`${runId} ${key}`) ?? { busy: false, drawAtMs: 0, showAtMs: 0, refusals: 0, failures: 0 };
  const set = (runId: string, key: string, change: Partial<Fate>) =>
    void fates.set(`${runId} ${key}`, { ...fateOf(runId, key), ...change });

  /** Null when this machine draws nothing; said once, and every alert goes without from then on. */
  async function drawn(svg: string, { png }: PicturesSettings): Promise<Uint8Array | null> {
    try {
      return await png(svg);
    } catch (error) {
      able = false;
      log.warn({ error: String(error) }, 'no chart can be drawn on this machine; alerts are posted without');
      return null;
    }
  }

  async function upload({ view, key, picture }: Pictured, using: PicturesSettings): Promise<string | null> {
    const { run } = view;
    const alert = run.alerts[picture.metric];
    if (alert === undefined || !able) return null;
    const samples = await using.samples(run.id);
    const image = await drawn(chartSvg(alertChart({ run, samples, now: view.now }, alert)), using);
    if (image === null) return null;
    const filename = `offpeak-${run.number}-${picture.metric}.png`;
    const title = `${key.replace(':', ' ')} of run #${run.number}`;
    const answer = await using.client.filesUploadV2({ filename, title, alt_text: picture.alt.slice(0, 1000), file: Buffer.from(image) });
    return answer.files?.[0]?.files?.[0]?.id ?? null;
  }

  async function attempt(wanted: Pictured, using: PicturesSettings, arrived: (fileId: string) => Promise<void>): Promise<void> {
    const { view, key } = wanted;
    const { id } = view.run;
    try {
      const fileId = await upload(wanted, using);
      const now = elapsedMs();
      if (fileId === null) set(id, key, { drawAtMs: now + LONGEST_MS });
      else set(id, key, { drawAtMs: now + AGAIN_MS, showAtMs: now + EXAMINED_MS, refusals: 0, failures: 0 });
      if (fileId !== null) await arrived(fileId);
    } catch (error) {
      const failure = failureOf(error);
      const final = failure.kind === 'refused' && (failure.error === 'missing_scope' || concernOf(failure.error) === 'message');
      const { failures } = fateOf(id, key);
      const waitMs = failure.kind === 'rate_limited' ? failure.retryAfterMs : Math.min(LONGEST_MS, FAILED_MS * 2 ** failures);
      set(id, key, { drawAtMs: final ? NEVER : elapsedMs() + waitMs, failures: failures + 1 });
      log.warn(
        { run: id, key, failure },
        final ? 'Slack takes no picture; the alert stands without' : 'a chart could not be uploaded; again later',
      );
    } finally {
      set(id, key, { busy: false });
    }
  }

  return {
    draw(wanted, arrived) {
      const { id } = wanted.view.run;
      const fate = fateOf(id, wanted.key);
      if (settings === undefined || !able || fate.busy || elapsedMs() < fate.drawAtMs) return;
      set(id, wanted.key, { busy: true });
      queue = queue.then(() => attempt(wanted, settings, arrived));
    },
    mayShow: (runId, key) => elapsedMs() >= fateOf(runId, key).showAtMs,
    refused(runId, key) {
      const refusals = fateOf(runId, key).refusals + 1;
      const given = refusals >= MOST_REFUSALS;
      if (given) log.warn({ run: runId, key }, 'Slack does not show the chart; the alert stands without');
      set(runId, key, { refusals, showAtMs: given ? NEVER : elapsedMs() + EXAMINED_MS * 2 ** refusals });
    },
    pending(runId, key, { wanted, has }) {
      const { drawAtMs, showAtMs } = fateOf(runId, key);
      if (!able || drawAtMs === NEVER) return false;
      return has !== wanted || (showAtMs !== NEVER && elapsedMs() < showAtMs);
    },
  };
}
