import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATH = process.env['CHROMIUM_PATH'] ?? process.env['HOLDFAST_CHROMIUM'] ?? '/usr/bin/chromium';

/** Whether there is a browser; says loudly what is left out where there is none. */
export function hasChromium(what: string): boolean {
  const isHere = existsSync(PATH);
  if (!isHere) process.stderr.write(`\nSKIPPED: ${what}: NOT tested, for there is no browser at ${PATH}. Install Chromium or name it in CHROMIUM_PATH.\n`);
  return isHere;
}

export function startChromium(): Promise<Browser> {
  return chromium.launch({
    // Where no locale is set, it opens no file whose name has other letters than English ones.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    executablePath: PATH,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}
