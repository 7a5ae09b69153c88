// usage: node scripts/screenshots.ts FOLDER [--providers N] [--only PATH]    a picture of every page of the dApp: light and dark, wide and a phone's width, with something in it. Needs Chromium (CHROMIUM_PATH).
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readAgreement } from '../offchain/chain/read-agreement.ts';
import { hasChromium, startChromium } from '../test/support/browser/chromium.ts';
import { startDappNetwork } from '../test/support/browser/dapp-network.ts';
import { DAPP_PATHS } from '../test/support/browser/dapp-paths.ts';
import { Visitor } from '../test/support/browser/dapp-visitor.ts';
import { openTab } from '../test/support/browser/tab.ts';
import { createTestWallet } from '../test/support/browser/test-wallet.ts';

const LOOKS = [
  { name: 'light', colorScheme: 'light', width: 1280, height: 900 },
  { name: 'dark', colorScheme: 'dark', width: 1280, height: 900 },
  { name: 'phone', colorScheme: 'light', width: 390, height: 844 },
  { name: 'phone-dark', colorScheme: 'dark', width: 390, height: 844 },
] as const;
/** Until a page has read what it shows. */
const SETTLE_MS = 800;
/** Until charts have taken the new width. */
const LOOK_MS = 150;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { providers: { type: 'string', default: '6' }, only: { type: 'string' } } });
const [folder] = positionals;
if (folder === undefined) throw new Error('Name the folder for the pictures: node scripts/screenshots.ts FOLDER');
if (!hasChromium('pictures of the pages')) process.exit(1);
const into = resolve(folder);
await mkdir(into, { recursive: true });

const nodes = await startDappNetwork({ providers: Number(values.providers) });
const browser = await startChromium();
try {
  const { rpcUrl } = nodes.network;
  const tab = await openTab(browser, { url: nodes.url, wallet: createTestWallet({ rpcUrl, accounts: [5] }) });
  const visitor = new Visitor(tab.page);
  await visitor.connect('Test wallet');
  await visitor.connected();
  await visitor.buy('1');
  await tab.page.getByText(/You bought/).waitFor();
  await visitor.rent({ space: '16 MiB', scheme: '1+2' });
  await visitor.go('Store', 'Files');
  await visitor.unlock();
  await visitor.store({ name: 'letter.bin', bytes: randomBytes(600_000) });
  await visitor.transfers('Done');
  // Its own pages are those of a provider's owner.
  const { slots } = await readAgreement(nodes.network.chain, 1);
  const held = nodes.network.providers.find(({ id }) => id === slots[0]!.provider)!;
  const owned = await openTab(browser, { url: nodes.url, wallet: createTestWallet({ rpcUrl, accounts: [held.account], name: 'Test wallet' }) });
  const owner = new Visitor(owned.page);
  await owner.connect('Test wallet');
  await owner.connected();
  for (const path of DAPP_PATHS.filter((one) => values.only === undefined || one === values.only)) {
    const { page } = path.startsWith('/provider') ? owner : visitor;
    const address = path === '/files/one' ? `${path}?name=letter.bin` : path;
    await page.evaluate((to) => history.pushState(null, '', to), address);
    await page.waitForTimeout(SETTLE_MS);
    for (const { name, colorScheme, width, height } of LOOKS) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForTimeout(LOOK_MS);
      const file = `${path === '/' ? 'overview' : path.slice(1).replace(/0x[0-9a-f]+/, 'one').replaceAll('/', '-')}-${name}.png`;
      await page.screenshot({ path: join(into, file), fullPage: true });
      process.stdout.write(`${file}\n`);
    }
  }
} finally {
  await browser.close();
  await nodes.stop();
}
