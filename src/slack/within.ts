/** Settles with the promise, or after that time. */
export async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  let cap: NodeJS.Timeout | undefined;
  const capped = new Promise<void>((done) => {
    cap = setTimeout(done, ms);
  });
  await Promise.race([promise, capped]);
  clearTimeout(cap);
}
