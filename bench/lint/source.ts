import { migrationSource } from '../../src/migration/source.ts';

/** Milliseconds of reading a folder of migrations as the bot does every two seconds: the first time, and once more unchanged. */
export async function benchSource(directory: string): Promise<{ readonly cold: number; readonly unchanged: number }> {
  const source = migrationSource({ directory, serverMajor: () => Promise.resolve(15) });
  const read = async () => {
    const begun = performance.now();
    const answer = await source.read();
    if (!answer.ok) throw new Error(answer.problems[0]?.message);
    return performance.now() - begun;
  };
  return { cold: await read(), unchanged: await read() };
}
