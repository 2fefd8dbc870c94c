#!/usr/bin/env node
// Plain JavaScript: any Node.js reads as far as the sentence below, and one that is new enough need not load its own reader of
// TypeScript when everything behind this file is in the cache; loading that takes longer than most verbs.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 11)) {
  const advice = 'Use "npx offpeak" or "npm run offpeak --" in the checkout, which bring their own, or install Node.js 24.';
  process.stderr.write(`Offpeak needs Node.js 24.11 or newer; this is ${process.version}.\n${advice}\n`);
  process.exit(3);
}

// Loaded only now, so that an older Node.js gets as far as the sentence above.
const { enableCompileCache } = await import('node:module');
enableCompileCache();
await import('./offpeak.ts');
