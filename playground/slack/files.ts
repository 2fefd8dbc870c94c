import { extname } from 'node:path';
import { freshId, secret } from './identifiers.ts';
import type { SharedFile } from './messages.ts';
import { epochSeconds } from './time.ts';

type StoredFile = Announced & {
  readonly id: string;
  readonly path: string;
  bytes?: Uint8Array;
  shared?: SharedFile;
  examinedAtMs?: number;
};

/** `user` is the person who uploads it; nobody = the app. */
type Announced = { readonly name: string; readonly alt_txt?: string; readonly user?: string };

export type Files = {
  /** Step one of an upload: where to send the bytes. */
  announce(file: Announced): { readonly id: string; readonly uploadUrl: string };
  /** Step two. False when that address was never given out, or the file is already complete. */
  receive(path: string, bytes: Uint8Array): boolean;
  /** Whether step three may be done: the bytes are here, and nobody did it before. */
  ready(id: string): boolean;
  /** Step three: the file as it is shared; undefined when it is not ready. */
  complete(id: string, title: string): SharedFile | undefined;
  /** A person's file, whole at once: what they chose in a modal. */
  upload(file: Announced & { readonly user: string }, bytes: Uint8Array): SharedFile;
  /** What a person uploaded. */
  of(user: string): readonly SharedFile[];
  /** Whether a block may show it: a picture, complete, and examined, which takes Slack a moment after the upload. */
  showable(id: string): boolean;
  /** A complete file. */
  info(id: string): SharedFile | undefined;
  read(id: string): { readonly name: string; readonly bytes: Uint8Array; readonly mimetype: string } | undefined;
};

/** Pictures a browser may show without running anything: no SVG, which is a document. */
const pictures: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
};

/** What the examination takes here; Slack's takes "a few moments" (github.com/slackapi/node-slack-sdk/issues/1865). */
const examinationMs = 300;

/** Files, in memory (docs.slack.dev/messaging/working-with-files: the three steps of an external upload). */
export function openFiles(baseUrl: string): Files {
  const stored = new Map<string, StoredFile>();
  const files: Files = {
    announce(announced) {
      const file = { ...announced, id: freshId('F'), path: `/upload/v1/${secret()}` };
      stored.set(file.id, file);
      return { id: file.id, uploadUrl: baseUrl + file.path };
    },
    receive(path, bytes) {
      const file = [...stored.values()].find((other) => other.path === path);
      if (!file || file.shared) return false;
      file.bytes = bytes;
      return true;
    },
    ready(id) {
      const file = stored.get(id);
      return file?.bytes !== undefined && file.shared === undefined;
    },
    complete(id, title) {
      const file = stored.get(id);
      if (!file?.bytes || file.shared) return undefined;
      const { name, bytes, alt_txt, user } = file;
      const filetype = typeOf(name);
      const url = `${baseUrl}/files/${id}/${encodeURIComponent(name)}`;
      const mimetype = mimetypeOf(filetype);
      const described = { ...(alt_txt === undefined ? {} : { alt_txt }), ...(user === undefined ? {} : { user }) };
      file.shared = { id, name, title: title || name, ...described, size: bytes.length, mimetype, filetype, created: epochSeconds(), url };
      file.examinedAtMs = performance.now() + examinationMs;
      return file.shared;
    },
    upload(announced, bytes) {
      const { id, uploadUrl } = files.announce(announced);
      files.receive(new URL(uploadUrl).pathname, bytes);
      const shared = files.complete(id, announced.name);
      if (!shared) throw new Error(`upload ${id} is not complete`);
      return shared;
    },
    of: (user) => [...stored.values()].flatMap(({ shared }) => (shared?.user === user ? [shared] : [])),
    showable(id) {
      const file = stored.get(id);
      const shown = file?.shared !== undefined && ['png', 'jpg', 'jpeg', 'gif'].includes(file.shared.filetype);
      return shown && performance.now() >= (file.examinedAtMs ?? 0);
    },
    info: (id) => stored.get(id)?.shared,
    read(id) {
      const file = stored.get(id);
      return file?.bytes && { name: file.name, bytes: file.bytes, mimetype: mimetypeOf(typeOf(file.name)) };
    },
  };
  return files;
}

function typeOf(name: string): string {
  return extname(name).slice(1).toLowerCase() || 'text';
}

function mimetypeOf(filetype: string): string {
  return (Object.hasOwn(pictures, filetype) ? pictures[filetype] : undefined) ?? 'text/plain';
}
