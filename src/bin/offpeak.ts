#!/usr/bin/env node
import 'temporal-polyfill/global';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 11)) {
  const advice = 'Use "npx offpeak" or "npm run offpeak --" in the checkout, which bring their own, or install Node.js 24.';
  process.stderr.write(`Offpeak needs Node.js 24.11 or newer; this is ${process.version}.\n${advice}\n`);
  process.exit(3);
}

// Loaded only now, so that an older Node.js gets as far as the sentence above.
const { realDoors } = await import('./doors.ts');
const { runCli } = await import('../cli/program.ts');
process.exit(await runCli(process.argv.slice(2), realDoors()));
