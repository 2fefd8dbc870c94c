/** Aborted at the first SIGTERM or SIGINT, or when the supervisor that started us over a channel is gone. A second signal ends the process at once. */
export function untilStopped(): AbortSignal {
  const stopping = new AbortController();
  const stop = () => {
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.once('disconnect', stop);
  return stopping.signal;
}
