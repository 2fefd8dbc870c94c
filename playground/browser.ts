import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens the Chromium of this machine; `CHROMIUM` names it. Throws with what to install when there is none. The caller closes it. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = [process.env['CHROMIUM'] ?? '', ...USUAL].find((path) => path !== '' && existsSync(path));
  if (executablePath === undefined)
    throw new Error(
      `There is no Chromium. Install one (apt-get install chromium) or set CHROMIUM to its path. Looked at: ${USUAL.join(', ')}.`,
    );
  return chromium.launch({ executablePath, args: ARGUMENTS, handleSIGINT: false, handleSIGTERM: false });
}
