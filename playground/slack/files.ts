import { freshId, secret } from './identifiers.ts';
import type { SharedFile } from './messages.ts';

type StoredFile = { readonly id: string; readonly name: string; readonly path: string; bytes?: Uint8Array };

export type Files = {
  /** Step one of an upload: where to send the bytes. */
  announce(name: string): { readonly id: string; readonly uploadUrl: string };
  /** Step two. False when that address was never given out. */
  receive(path: string, bytes: Uint8Array): boolean;
  /** Step three: the file as it is shared; undefined when nothing was uploaded under that id. */
  complete(id: string, title: string): SharedFile | undefined;
  read(id: string): { readonly name: string; readonly bytes: Uint8Array } | undefined;
};

/** Files, in memory (docs.slack.dev/messaging/working-with-files: the three steps of an external upload). */
export function openFiles(baseUrl: string): Files {
  const stored = new Map<string, StoredFile>();
  return {
    announce(name) {
      const file = { id: freshId('F'), name, path: `/upload/v1/${secret()}` };
      stored.set(file.id, file);
      return { id: file.id, uploadUrl: baseUrl + file.path };
    },
    receive(path, bytes) {
      const file = [...stored.values()].find((other) => other.path === path);
      if (file) file.bytes = bytes;
      return file !== undefined;
    },
    complete(id, title) {
      const file = stored.get(id);
      if (!file?.bytes) return undefined;
      const url = `${baseUrl}/files/${id}/${encodeURIComponent(file.name)}`;
      return { id, name: file.name, title: title || file.name, size: file.bytes.length, url };
    },
    read(id) {
      const file = stored.get(id);
      return file?.bytes && { name: file.name, bytes: file.bytes };
    },
  };
}
