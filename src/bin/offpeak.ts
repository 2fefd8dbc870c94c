const line = process.argv.slice(2);
if (line[0] === 'lint') {
  // Editors and CI lint at every save: nothing of the bot is loaded for it.
  const { runLint } = await import('./lint.ts');
  await leave(await runLint(line));
}
await import('temporal-polyfill/global');
const { realDoors } = await import('./doors.ts');
const { runCli } = await import('../cli/program.ts');
await leave(await runCli(line, realDoors()));

/** Ends the process once everything was said: a pipe takes what fits into it and the rest later, and an exit throws the rest away. */
async function leave(code: number): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((written) => stream.write('', written))));
  process.exit(code);
}
