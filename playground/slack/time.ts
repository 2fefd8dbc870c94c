/** The wall clock in ms. Slack's own time is real time, whatever the program's clock has been moved to. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

export function epochSeconds(): number {
  return Math.floor(epochMs() / 1000);
}

/** Message timestamps: seconds with six decimals as text, each greater than the one before. */
export function messageTimestamps(): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Math.floor(epochMs() * 1000));
    return `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, '0')}`;
  };
}
