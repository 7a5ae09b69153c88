/** The whole story in a real browser, without a mouse: a wallet that is injected, real nodes as processes, the built pages. */
import { randomBytes } from 'node:crypto';
import type { Browser, BrowserContext } from 'playwright-core';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { seriousFaults } from '../support/browser/axe.ts';
import { hasChromium, startChromium } from '../support/browser/chromium.ts';
import { type DappNetwork, startDappNetwork } from '../support/browser/dapp-network.ts';
import { DAPP_PATHS } from '../support/browser/dapp-paths.ts';
import { Visitor } from '../support/browser/dapp-visitor.ts';
import { choose, press, write } from '../support/browser/keyboard.ts';
import { openPage, openTab } from '../support/browser/tab.ts';
import { type TestWallet, createTestWallet } from '../support/browser/test-wallet.ts';

const PHONE_WIDTH = 390;
const FILE = { name: 'letter.bin', bytes: randomBytes(600_000) };
const LARGE = { name: 'film.bin', bytes: randomBytes(1_500_000) };
const CLOSED = { name: 'closed.bin', bytes: randomBytes(1_000_000) };

describe.skipIf(!hasChromium('the web pages'))('the pages', () => {
  let nodes: DappNetwork;
  let browser: Browser;
  let context: BrowserContext;
  let wallet: TestWallet;
  let visitor: Visitor;
  let problems: string[];
  let second: Visitor;
  let secondProblems: string[];

  beforeAll(async () => {
    [nodes, browser] = await Promise.all([startDappNetwork({ providers: 5 }), startChromium()]);
    wallet = createTestWallet({ rpcUrl: nodes.network.rpcUrl, accounts: [5, 6] });
    const odd = createTestWallet({ rpcUrl: nodes.network.rpcUrl, accounts: [5], isRandom: true, name: 'Odd wallet', rdns: 'test.holdfast.odd' });
    const tab = await openTab(browser, { url: nodes.url, wallet, others: [odd], acceptDownloads: true });
    [context, problems, visitor] = [tab.context, tab.problems, new Visitor(tab.page)];
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await nodes?.stop();
  });

  // Each step stands on those before it: what the page showed says more than where the test waited.
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`\n"${task.name}" failed on this page:\n${await visitor.words()}\nproblems: ${problems.join('; ')}\n`);
  });

  it('connect a wallet, also after it said no', async () => {
    wallet.refuse(1);
    const { page } = visitor;
    await visitor.connect('Test wallet');
    await page.getByRole('dialog').getByText('was declined in the wallet').waitFor();
    await press(page.getByRole('dialog').getByRole('button', { name: 'Test wallet' }));
    await visitor.connected();
  });

  it('ask a wallet on another chain to come over', async () => {
    const { page } = visitor;
    wallet.goToChain(1);
    await page.getByText('Your wallet is on another network.').first().waitFor();
    await press(page.getByRole('button', { name: 'Switch network' }).first());
    await page.getByText('Your wallet is on another network.').first().waitFor({ state: 'detached' });
    await visitor.go('Store', 'Settings');
    await choose(page.getByRole('radio', { name: 'Dark' }));
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await choose(page.getByRole('radio', { name: 'As the system prefers' }));
  });

  it('sell tokens; what was declined costs nothing and is done again', async () => {
    const { page } = visitor;
    wallet.handling((method) => wallet.refuse(method === 'eth_sendTransaction' ? 1 : 0));
    const [dialog, buy] = [page.getByRole('dialog'), page.getByRole('button', { name: 'Buy', exact: true })];
    await visitor.go('Store', 'Tokens');
    await write(page.getByLabel('You pay'), '1');
    await press(buy);
    await page.keyboard.press('Escape');
    expect(await buy.evaluate((element) => element === document.activeElement), 'the focus is back where the dialog came from').toBe(true);
    await page.keyboard.press('Enter');
    await press(dialog.getByRole('button', { name: /^Pay/ }));
    await dialog.getByText(/declined/).waitFor();
    wallet.handling(undefined);
    wallet.refuse(0);
    await press(dialog.getByRole('button', { name: /^Pay/ }));
    await page.locator('.toast', { hasText: /You bought 1,?000/ }).getByRole('link', { name: 'Transaction' }).waitFor();
  });

  it('rent space by a live quote', async () => {
    await visitor.rent({ space: '7 MiB', scheme: '1+2' });
    expect((await readAgreement(nodes.network.chain, 1)).k).toBe(1);
  });

  it('store a file, encrypted and coded in the page', async () => {
    await visitor.go('Store', 'Files');
    await visitor.unlock();
    await visitor.store(FILE);
    await visitor.transfers('Done');
    await visitor.page.getByRole('link', { name: FILE.name, exact: true }).waitFor();
  });

  it('take a folder by drag and drop, and give it back into a folder', async () => {
    const folder = join(nodes.network.folder, 'Photos');
    await mkdir(join(folder, 'deep'), { recursive: true });
    await writeFile(join(folder, 'deep', 'ü.bin'), FILE.bytes.subarray(0, 40_000));
    await visitor.dropFolder(folder);
    await visitor.transferred('Photos');
    await visitor.openFile('Photos');
    const { page } = visitor;
    // No test can press the buttons of the browser's own window: a folder of the page's own stands for the chosen one.
    await page.evaluate(() => Object.assign(globalThis, { showDirectoryPicker: async () => (await navigator.storage.getDirectory()).getDirectoryHandle('picked', { create: true }) }));
    await press(page.getByRole('button', { name: 'Save into a folder' }));
    await page.locator('.transfer').getByText(/saved into picked/).waitFor();
    const sizeBytes = await page.evaluate(async () => {
      const picked = await (await navigator.storage.getDirectory()).getDirectoryHandle('picked');
      return (await (await (await picked.getDirectoryHandle('deep')).getFileHandle('ü.bin')).getFile()).size;
    });
    expect(sizeBytes).toBe(40_000);
  });

  it('take a share back, and remove a name, of which the versions stay', async () => {
    const { page } = visitor;
    await choose(page.getByRole('radio', { name: /Whoever has a link/ }));
    await press(page.getByRole('button', { name: 'Share', exact: true }));
    await press(page.getByRole('button', { name: 'Take back' }));
    await choose(page.getByRole('switch', { name: /Only close later versions/ }));
    await visitor.confirm('Take back', 'It is taken back.');
    await page.getByText('You share it with nobody.').waitFor();
    await press(page.getByRole('button', { name: 'Remove', exact: true }));
    await visitor.confirm('Remove', 'Photos is removed.');
    const kept = await visitor.download(page.getByRole('button', { name: 'Download Photos, version 1' }));
    expect(Buffer.from(kept).includes(FILE.bytes.subarray(0, 40_000))).toBe(true);
    await visitor.go('Store', 'Files');
    await page.getByRole('link', { name: 'Photos', exact: true }).waitFor({ state: 'detached' });
  });

  it('stop an upload when another account is selected, and go on with it when it is back', async () => {
    wallet.handling((method) => {
      if (method !== 'eth_sendTransaction') return;
      wallet.handling(undefined);
      wallet.refuse(1);
      wallet.useAccount(1);
    });
    await visitor.store(LARGE);
    await visitor.connected(wallet.address(1));
    // The other account makes itself known to those who share with it.
    await visitor.go('Store', 'Shared with me');
    wallet.refuse(0);
    await visitor.unlock();
    await visitor.page.getByText('Nobody shares anything with you yet.').waitFor();
    await visitor.go('Store', 'Files');
    wallet.useAccount(0);
    await visitor.connected(wallet.address(0));
    await visitor.unlock();
    await visitor.transfers('Stopped');
    await press(visitor.page.getByRole('button', { name: 'Go on' }));
    await visitor.transferred(LARGE.name);
  });

  it('say that another tab has used up the space; with more of it, and a longer term, the upload goes on', async () => {
    const { page } = visitor;
    const opened = await openPage(context, `${nodes.url}/files`);
    [second, secondProblems] = [new Visitor(opened.page), opened.problems];
    await second.connected();
    await second.unlock();
    const { quota, batches, retiredBatches, batchLog2 } = await readAgreement(nodes.network.chain, 1);
    const freeBytes = (quota - batches + retiredBatches) * 2 ** batchLog2;
    const dialog = await visitor.choose(CLOSED);
    // Room for the list of files, and for a third of what the first tab is about to store.
    await second.store({ name: 'other.bin', bytes: randomBytes(freeBytes - CLOSED.bytes.length / 3) });
    await second.transferred('other.bin');
    await press(dialog);
    await page.locator('.transfer').getByText(/of agreement 1, which has .* left\. Nothing was stored or paid/).waitFor();

    await visitor.go('Store', 'Agreements');
    await press(page.getByRole('link', { name: 'No. 1' }));
    await press(visitor.card('Extend').getByRole('button', { name: 'Extend' }));
    await page.getByRole('dialog').getByText('Your wallet asks up to twice').waitFor();
    const asked = wallet.asked.length;
    await visitor.confirm(/^Pay/, /now runs until/);
    expect(wallet.asked.slice(asked).filter((method) => /sign|send/i.test(method))).toEqual(['eth_signTypedData_v4', 'eth_sendTransaction']);
    await write(visitor.card('More space').getByLabel('Space to add'), '4 MiB');
    await press(page.getByRole('button', { name: 'See the price' }));
    await visitor.confirm(/^Pay/, /has more space/);
    await write(visitor.card('Renew by itself').getByLabel('Put into the pot'), '1');
    await press(page.getByRole('button', { name: 'Top up' }));
    await visitor.confirm(/^Pay/, /pot is filled/);
    await press(page.getByRole('button', { name: 'Take the pot back' }));
    await visitor.confirm('Sign', /pot is empty/);
    await visitor.go('Store', 'Files');
  });

  it('closed while they upload, go on in another tab: nothing is sent or paid twice', async () => {
    let isClosed = false;
    wallet.handling(async (method) => {
      if (method !== 'eth_sendTransaction' || isClosed) return;
      isClosed = true;
      wallet.refuse(1);
      await visitor.page.close();
    });
    await press(visitor.page.getByRole('button', { name: 'Go on' }));
    await expect.poll(() => visitor.page.isClosed(), { timeout: 60_000 }).toBe(true);
    wallet.handling(undefined);
    wallet.refuse(0);
    expect(problems).toEqual([]);
    [visitor, problems] = [second, secondProblems];
    await visitor.store(CLOSED);
    await visitor.transferred(CLOSED.name);
    await visitor.page.getByRole('link', { name: CLOSED.name, exact: true }).waitFor();
  });

  it('bring files back while providers are dead', async () => {
    const { slots } = await readAgreement(nodes.network.chain, 1);
    const lost = nodes.network.providers.filter(({ id }) => id === slots[0]!.provider || id === slots[1]!.provider);
    await nodes.network.supervisor.kill(lost.map((one) => one.process));
    nodes.network.killed.push(...lost);
    await visitor.openFile(LARGE.name);
    const got = await visitor.download(visitor.page.getByRole('button', { name: `Download ${LARGE.name}` }).first());
    expect(Buffer.from(got).equals(LARGE.bytes)).toBe(true);
  });

  it('share by a link, which opens without a wallet, and with an address, whose wallet finds it', async () => {
    const { page } = visitor;
    await visitor.openFile(FILE.name);
    await choose(page.getByRole('radio', { name: /Whoever has a link/ }));
    await press(page.getByRole('button', { name: 'Share', exact: true }));
    const link = await page.locator('.secret').first().textContent();
    await choose(page.getByRole('radio', { name: /Somebody with a wallet/ }));
    await write(page.getByLabel('Address', { exact: true }), wallet.address(1));
    await press(page.getByRole('button', { name: 'Share', exact: true }));
    await page.getByText(/^For 0x/).waitFor();
    const other = await openTab(browser, { url: `${nodes.url}/shared`, wallet: createTestWallet({ rpcUrl: nodes.network.rpcUrl, accounts: [6] }), acceptDownloads: true });
    const reader = new Visitor(other.page);
    await write(other.page.getByLabel('Link', { exact: true }), link ?? '');
    const byLink = await reader.download(other.page.getByRole('button', { name: 'Download', exact: true }));
    await reader.connect('Test wallet');
    await reader.unlock();
    const byAddress = await reader.download(other.page.getByRole('button', { name: `Download ${FILE.name}` }));
    expect([byLink, byAddress].map((got) => Buffer.from(got).equals(FILE.bytes))).toEqual([true, true]);
    expect(other.problems).toEqual([]);
    await other.context.close();
  });

  it('tell a provider what it earned, and take another price and capacity to its node', async () => {
    const dead = new Set(nodes.network.killed.map(({ id }) => id));
    const { slots } = await readAgreement(nodes.network.chain, 1);
    const held = nodes.network.providers.find(({ id }) => !dead.has(id) && slots.some(({ provider }) => provider === id))!;
    const tab = await openTab(browser, { url: `${nodes.url}/provider/earnings`, wallet: createTestWallet({ rpcUrl: nodes.network.rpcUrl, accounts: [held.account] }) });
    const owner = new Visitor(tab.page);
    await owner.connect('Test wallet');
    await tab.page.locator('.stat', { hasText: 'Earned' }).first().waitFor();
    await owner.go('Provide', 'Stake and settings');
    await tab.page.getByText('its configuration').waitFor();
    await write(tab.page.getByLabel('Capacity', { exact: true }), '2 GiB');
    await write(tab.page.getByLabel('Price', { exact: true }), '0.002');
    await press(tab.page.getByRole('button', { name: 'Change it at the node' }));
    await owner.confirm('Sign and send', /offers up to 2 GiB/);
    await tab.page.getByText('a wallet, from a page like this').waitFor();
    expect(tab.problems).toEqual([]);
    await tab.context.close();
  });

  it('lose nothing when the browser forgets everything, and take no wrong key', async () => {
    const { page } = visitor;
    const tools = await context.newCDPSession(page);
    await tools.send('Storage.clearDataForOrigin', { origin: nodes.url, storageTypes: 'all' });
    await visitor.go('Store', 'Files');
    await press(page.getByRole('button', { name: 'Load the page anew' }).first());
    // The wallet's own memory is not the page's. One that signs differently each time, and a phrase of somebody else's:
    await visitor.connect('Odd wallet');
    await press(page.getByRole('button', { name: 'Unlock with my wallet' }));
    await write(page.getByLabel('Recovery phrase', { exact: true }), `${'test '.repeat(11)}junk`);
    await press(page.getByRole('button', { name: 'Unlock with the phrase' }));
    await page.getByText('This key does not open what you have stored').waitFor();
    expect(await page.getByRole('button', { name: 'Choose files' }).count(), 'nothing can be stored beside it').toBe(0);
    await press(page.getByRole('button', { name: 'Try another key' }));
    await press(page.getByRole('button', { name: /^Your account/ }));
    await press(page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }));
    await page.keyboard.press('Escape');
    await visitor.connect('Test wallet');
    await visitor.connected();
    await visitor.unlock();
    await page.getByRole('link', { name: LARGE.name, exact: true }).waitFor();
  });

  // Minutes are dear: every page once, the looks by turns; on a phone none is wider than that. HOLDFAST_AXE=all takes every page in both.
  it.each([['light', 1280, 0], ['dark', PHONE_WIDTH, 1]] as const)('fit, and have no serious fault for axe: %s, %i wide', async (colorScheme, width, turn) => {
    const found: string[] = [];
    const { page } = visitor;
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    for (const [i, path] of DAPP_PATHS.entries()) {
      const isLookedAt = process.env['HOLDFAST_AXE'] === 'all' || i % 2 === turn;
      if (!isLookedAt && width > PHONE_WIDTH) continue;
      await page.evaluate((to) => history.pushState(null, '', to), path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForFunction(() => document.querySelector('main .loading') === null, undefined, { timeout: isLookedAt ? 500 : 100, polling: 50 }).catch(() => undefined);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 1) found.push(`${path}: ${over} px wider than the window`);
      // What surrounds the pages is the same around all.
      if (isLookedAt) found.push(...(await seriousFaults(page, { within: i === turn ? 'body' : 'main' })).map((fault) => `${path}: ${fault}`));
    }
    expect(found).toEqual([]);
  });

  it('read and end what was rented while the heavy node is away, and give back what is left', async () => {
    const { page } = visitor;
    await page.setViewportSize({ width: 1280, height: 900 });
    await nodes.network.supervisor.kill(nodes.network.heavies.map((one) => one.process));
    await visitor.openFile(FILE.name);
    const got = await visitor.download(page.getByRole('button', { name: `Download ${FILE.name}` }).first());
    expect(Buffer.from(got).equals(FILE.bytes)).toBe(true);
    await page.getByText('The index does not answer.').waitFor();
    await page.evaluate(() => history.pushState(null, '', '/agreements/1'));
    await press(page.getByRole('button', { name: 'End agreement' }));
    await visitor.confirm('End it for good', /ends with this period/);
    await visitor.go('Store', 'Tokens');
    await press(page.getByRole('button', { name: 'Withdraw to wallet' }));
    await visitor.confirm('Withdraw', /are in your wallet/);
  });

  it('raise no errors of their own', () => {
    expect(problems).toEqual([]);
  });
});
