import type { Run } from '../../domain/run.ts';
import { context, section, type Message } from './block-kit.ts';
import { approvalCount, readyLine } from './gate-lines.ts';
import { metricFields } from './metrics.ts';
import { runHeader } from './state-words.ts';
import { code, count, phrase, when } from './text.ts';
import type { RunView } from '../../usecases/status.ts';
import type { Person } from '../../domain/people.ts';

/** What `/migrate status` answers with. */
export type Standing = {
  readonly target: string;
  readonly applied: readonly { readonly version: string; readonly name: string }[];
  readonly pending: readonly string[];
  readonly active: RunView | null;
  readonly latest: Run | null;
  readonly problem: string | null;
};

/** One target as it stands: the open run, what is pending, what was applied last. */
export function statusMessage(standing: Standing, people: readonly Person[]): Message {
  const { target, active, applied, pending, problem } = standing;
  const newest = applied.at(-1);
  const facts = [
    newest === undefined ? 'Nothing applied yet.' : `Applied: ${applied.length}, newest ${code(`${newest.version}_${newest.name}`, 90)}`,
    pending.length === 0
      ? 'Nothing pending.'
      : `Pending: ${count(pending.length, 'migration')}: ${pending
          .slice(0, 8)
          .map((name) => code(name, 90))
          .join(' ')}`,
    ...(problem === null ? [] : [`⚠️ ${phrase(problem, 600)}`]),
  ].join('\n');
  if (active === null) {
    const latest = standing.latest === null ? 'No run yet.' : `Last: ${runHeader(standing.latest)}`;
    return {
      text: `No run is open on ${target}.`,
      blocks: [section(`*${phrase(target, 100)}* · no run is open\n${facts}`), context(latest)],
    };
  }
  const working = active.run.baseline !== null && active.run.end === null;
  return {
    text: `Run #${active.run.number} on ${target} is ${active.run.state.replace('_', ' ')}.`,
    blocks: [
      section(`*${runHeader(active.run)}*\n${readyLine(active)} · approvals ${approvalCount(active, people)}\n${facts}`),
      ...(working ? [section(metricFields(active.run, active.samples).join('\n'))] : []),
      context(`As of ${when(active.now)}`),
    ],
  };
}

/** The last runs, newest first. */
export function historyMessage(target: string, runs: readonly Run[]): Message {
  const lines = runs.map((run) => `• ${runHeader(run)} ${when(run.end?.at ?? run.plan.plannedAt)}`);
  const text = `The last runs of ${target}: ${runs.length}.`;
  return { text, blocks: [section(lines.length === 0 ? `No run of ${phrase(target, 100)} yet.` : lines.join('\n'))] };
}
