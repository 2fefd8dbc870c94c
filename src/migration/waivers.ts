import type { Hazard } from '../domain/plan.ts';
import { note } from './lint/effect.ts';

/** `-- offpeak: waive CODE reason="…"` before a statement: somebody decided to live with one hazard. `offset` is where it stands in the file. */
export type Waiver = { readonly code: string; readonly reason: string; readonly offset: number };

/** Hazards with the reasons of those that are waived. They stay on the plan, where approvers must see them. */
export function withWaivers(hazards: readonly Hazard[], waivers: readonly Waiver[]): readonly Hazard[] {
  return hazards.map((hazard) => {
    const waiver = waivers.find(({ code }) => code === hazard.code);
    return waiver === undefined ? hazard : { ...hazard, waived: waiver.reason };
  });
}

/** Waivers of what is not there: a misspelt code, or a statement that was mended since. */
export function unmetOf(
  hazards: readonly Hazard[],
  waivers: readonly Waiver[],
): readonly { readonly offset: number; readonly message: string }[] {
  const codes = [...new Set(hazards.map(({ code }) => code))];
  const has = codes.length === 0 ? 'It has none.' : `It has ${codes.join(', ')}.`;
  return waivers
    .filter(({ code }) => !codes.includes(code))
    .map(({ code, offset }) => ({
      offset,
      message: `waives ${code}, which the statement below does not have. ${has} Remove the waiver, or write the right code.`,
    }));
}

/** A comment for another linter waives nothing here, and whoever wrote it should know. */
export function ignoredElsewhere(comment: string | null): readonly Hazard[] {
  if (comment === null) return [];
  return [note('ignore_comment', `\`${comment}\` waives nothing here. Write: -- offpeak: waive CODE reason="…"`)];
}
