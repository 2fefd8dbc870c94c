#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 11)) {
  const advice = 'Use "npx offpeak" or "npm run offpeak --" in the checkout, which bring their own, or install Node.js 24.';
  process.stderr.write(`Offpeak needs Node.js 24.11 or newer; this is ${process.version}.\n${advice}\n`);
  process.exit(3);
}

// Loaded only now, so that an older Node.js gets as far as the sentence above.
const { enableCompileCache } = await import('node:module');
// Stripping types and compiling again at every start would take longer than most verbs.
enableCompileCache();
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
