import type { Duplex } from 'node:stream';

/** A TCP connection that can be made to misbehave. */
export type Line = {
  /** Nothing leaves any more, though the connection stands: half-open. `false` lets things through again; what was swallowed is lost. */
  mute(on: boolean): void;
  /** We never close it ourselves again, as Slack leaves a socket open after the close handshake. */
  linger(): void;
};

/** The hands on one connection. ws knows no such tricks, so the connection's own `write` and `end` are put aside meanwhile. */
export function lineOf(socket: Duplex): Line {
  let isMuted = false;
  let isLingering = false;

  function swallow(...given: unknown[]): boolean {
    const done = given.at(-1);
    if (typeof done === 'function') process.nextTick(() => void done());
    return true;
  }

  function arrange(): void {
    if (isMuted) Object.assign(socket, { write: swallow });
    else Reflect.deleteProperty(socket, 'write');
    if (isMuted || isLingering) Object.assign(socket, { end: () => socket });
    else Reflect.deleteProperty(socket, 'end');
  }

  return {
    mute(on) {
      isMuted = on;
      arrange();
    },
    linger() {
      isLingering = true;
      arrange();
    },
  };
}
