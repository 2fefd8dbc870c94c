import type { Button, KnownBlock, ModalView } from '@slack/types';
import { shortDigest } from '../../domain/digest.ts';
import type { Run } from '../../domain/run.ts';
import { writeReference } from '../actions.ts';
import { actions, button, context, plain, section } from './block-kit.ts';
import { cut, LIMITS } from './limits.ts';
import { runName } from './state-words.ts';
import { code, codeBlock, escape } from './text.ts';

/** One piece of a file that fits into one block, and where it stands in the file. */
type Piece = { readonly path: string; readonly sha256: string; readonly part: number; readonly parts: number; readonly text: string };

/** Pieces on one page, besides its characters: two blocks each. */
const PIECES = 40;

/**
 * Every file of the plan, page by page: up, then down, then validate. Read only.
 * In: the page that is wanted, from 0; one beyond the last is the last. `before` is the digest that the reader saw on the page before.
 */
export function sqlModal(run: Run, wanted = 0, before = run.digest): ModalView {
  const pages = pagesOf(run);
  const page = Math.max(0, Math.min(before === run.digest ? wanted : 0, pages.length - 1));
  const changed =
    before === run.digest ? [] : [context('🔁 The plan has changed while this window was open. This is the new one, from its beginning.')];
  return {
    type: 'modal',
    private_metadata: writeReference({ runId: run.id, version: run.version, extra: run.digest }),
    title: plain('SQL', LIMITS.viewTitle),
    close: plain('Close', LIMITS.viewTitle),
    blocks: [
      ...changed,
      context(`${runName(run)} · digest ${code(shortDigest(run.digest))} · page ${page + 1} of ${pages.length}`),
      ...(pages[page] ?? []).flatMap(pieceBlocks),
      ...actions(turning(run, { page, last: pages.length - 1 })),
    ],
  };
}

function turning(run: Run, { page, last }: { page: number; last: number }): readonly Button[] {
  const back = page === 0 ? [] : [button(run, 'sql_previous', { extra: String(page - 1) })];
  return page >= last ? back : [...back, button(run, 'sql_next', { extra: String(page + 1) })];
}

/** Pages of at most 2,800 characters of SQL; small files share one, a large one has many. */
function pagesOf(run: Run): readonly (readonly Piece[])[] {
  const scripts = run.plan.migrations.flatMap(({ up, down, validate }) => [up, down, validate]).filter((script) => script !== null);
  const pages: Piece[][] = [[]];
  let length = 0;
  for (const { path, sha256, text } of scripts) {
    const texts = split(text.trim() === '' ? '-- empty' : text.trim());
    for (const [index, piece] of texts.entries()) {
      const last = pages.at(-1) ?? [];
      if (last.length > 0 && (length + piece.length > LIMITS.sql || last.length >= PIECES)) {
        pages.push([]);
        length = 0;
      }
      pages.at(-1)?.push({ path, sha256, part: index + 1, parts: texts.length, text: piece });
      length += piece.length;
    }
  }
  return pages;
}

/** Pieces that fit into a block once they are escaped, cut between lines where a line ends in time, and never inside an emoji. */
function split(text: string): readonly string[] {
  const pieces: string[] = [];
  let from = 0;
  while (from < text.length) {
    let to = from;
    // Five megabytes pass here while a person waits: each character is looked at once.
    for (let size = 0; to < text.length && size < LIMITS.sql - ESCAPED; to += 1) size += lengthOf(text.charCodeAt(to));
    if (to < text.length) {
      const newline = text.slice(from, to).lastIndexOf('\n');
      if (newline > (to - from) / 2) to = from + newline + 1;
      else if (/[\uD800-\uDBFF]/.test(text[to - 1] ?? '')) to -= 1;
    }
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

/** The longest that one character can become. */
const ESCAPED = 5;

/** How long a character is once it is escaped: `&amp;`, `&lt;`, `&gt;`. */
function lengthOf(character: number): number {
  if (character === 38) return ESCAPED;
  return character === 60 || character === 62 ? 4 : 1;
}

function pieceBlocks({ path, sha256, part, parts, text }: Piece): readonly KnownBlock[] {
  const of = parts === 1 ? '' : ` · part ${part} of ${parts.toLocaleString('en-US')}`;
  return [section(`*${escape(cut(path, 200))}* ${code(sha256.slice(0, 12))}${of}`), section(codeBlock(text, LIMITS.sql))];
}
