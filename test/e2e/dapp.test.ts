/** The whole story in a real browser: a wallet that is injected, real nodes as processes, the built pages. */
import { randomBytes } from 'node:crypto';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { seriousFaults } from '../support/browser/axe.ts';
import { hasChromium, startChromium } from '../support/browser/chromium.ts';
import { type DappNetwork, startDappNetwork } from '../support/browser/dapp-network.ts';
import { DAPP_PATHS } from '../support/browser/dapp-paths.ts';
import { Visitor } from '../support/browser/dapp-visitor.ts';
import { openPage, openTab } from '../support/browser/tab.ts';
import { type TestWallet, createTestWallet } from '../support/browser/test-wallet.ts';

const FILE = { name: 'letter.bin', bytes: randomBytes(600_000) };
const LARGE = { name: 'film.bin', bytes: randomBytes(3_000_000) };

describe.skipIf(!hasChromium('the web pages'))('the pages', () => {
  let nodes: DappNetwork;
  let browser: Browser;
  let context: BrowserContext;
  let wallet: TestWallet;
  let visitor: Visitor;
  let problems: string[];

  beforeAll(async () => {
    [nodes, browser] = await Promise.all([startDappNetwork({ providers: 6 }), startChromium()]);
    wallet = createTestWallet({ rpcUrl: nodes.network.rpcUrl, accounts: [5, 6] });
    const tab = await openTab(browser, { url: nodes.url, wallet, acceptDownloads: true });
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
    await visitor.connect('Test wallet');
    const { page } = visitor;
    await page.getByRole('dialog').getByText('was declined in the wallet').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Test wallet' }).click();
    await visitor.connected();
  });

  it('ask a wallet on another chain to come over', async () => {
    const { page } = visitor;
    wallet.goToChain(1);
    await page.getByText('Your wallet is on another network.').first().waitFor();
    await page.getByRole('button', { name: 'Switch network' }).first().click();
    await page.getByText('Your wallet is on another network.').first().waitFor({ state: 'detached' });
  });

  it('sell tokens; what was declined costs nothing and is done again', async () => {
    const { page } = visitor;
    wallet.handling((method) => wallet.refuse(method === 'eth_sendTransaction' ? 1 : 0));
    await visitor.buy('1');
    await page.getByRole('dialog').getByText(/declined/).waitFor();
    wallet.handling(undefined);
    wallet.refuse(0);
    await page.getByRole('dialog').getByRole('button', { name: /^Pay/ }).click();
    await page.getByText(/You bought 1,?000/).waitFor();
  });

  it('rent space by a live quote', async () => {
    await visitor.rent({ space: '16 MiB', scheme: '1+2' });
    expect((await readAgreement(nodes.network.chain, 1)).k).toBe(1);
  });

  it('store a file, encrypted and coded in the page', async () => {
    await visitor.go('Store', 'Files');
    await visitor.unlock();
    await visitor.store(FILE);
    await visitor.transfers('Done');
    await visitor.page.getByRole('link', { name: FILE.name, exact: true }).waitFor();
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
    await visitor.page.getByRole('button', { name: 'Unlock with my wallet' }).waitFor();
    wallet.refuse(0);
    wallet.useAccount(0);
    await visitor.connected(wallet.address(0));
    await visitor.unlock();
    await visitor.transfers('Stopped');
    await visitor.page.getByRole('button', { name: 'Go on' }).click();
    await visitor.transfers('Done', 2);
  });

  it('closed while they upload, go on in another tab: nothing is sent or paid twice', async () => {
    const next = { name: 'closed.bin', bytes: randomBytes(2_000_000) };
    let isClosed = false;
    wallet.handling(async (method) => {
      if (method !== 'eth_sendTransaction' || isClosed) return;
      isClosed = true;
      wallet.refuse(1);
      await visitor.page.close();
    });
    await visitor.store(next);
    await expect.poll(() => visitor.page.isClosed(), { timeout: 60_000 }).toBe(true);
    wallet.handling(undefined);
    wallet.refuse(0);
    expect(problems).toEqual([]);
    const opened = await openPage(context, `${nodes.url}/files`);
    [visitor, problems] = [new Visitor(opened.page), opened.problems];
    await visitor.connected();
    await visitor.unlock();
    await visitor.store(next);
    await visitor.transfers('Done');
    await visitor.page.getByRole('link', { name: next.name, exact: true }).waitFor();
  });

  it('bring files back while providers are dead', async () => {
    const { slots } = await readAgreement(nodes.network.chain, 1);
    const lost = nodes.network.providers.filter(({ id }) => id === slots[0]!.provider || id === slots[1]!.provider);
    await nodes.network.supervisor.kill(lost.map((one) => one.process));
    nodes.network.killed.push(...lost);
    await visitor.openFile(LARGE.name);
    const got = await visitor.download(() => visitor.page.getByRole('button', { name: `Download ${LARGE.name}` }).first().click());
    expect(Buffer.from(got).equals(LARGE.bytes)).toBe(true);
  });

  it('share by a link, which opens without a wallet', async () => {
    const { page } = visitor;
    await visitor.openFile(FILE.name);
    await page.getByRole('radio', { name: /Whoever has a link/ }).check();
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    const link = await page.locator('.secret').first().textContent();
    const other = await openTab(browser, { url: `${nodes.url}/shared`, acceptDownloads: true });
    const reader = new Visitor(other.page);
    await other.page.getByLabel('Link', { exact: true }).fill(link ?? '');
    const got = await reader.download(() => other.page.getByRole('button', { name: 'Download', exact: true }).click());
    expect(Buffer.from(got).equals(FILE.bytes)).toBe(true);
    await other.context.close();
  });

  it('tell a provider what it earned', async () => {
    const dead = new Set(nodes.network.killed.map(({ id }) => id));
    const { slots } = await readAgreement(nodes.network.chain, 1);
    const held = nodes.network.providers.find(({ id }) => !dead.has(id) && slots.some(({ provider }) => provider === id))!;
    const tab = await openTab(browser, { url: `${nodes.url}/provider/earnings`, wallet: createTestWallet({ rpcUrl: nodes.network.rpcUrl, accounts: [held.account] }) });
    const owner = new Visitor(tab.page);
    await owner.connect('Test wallet');
    await tab.page.locator('.stat', { hasText: 'Earned' }).first().waitFor();
    expect(tab.problems).toEqual([]);
    await tab.context.close();
  });

  // Minutes are dear: every page once, the looks by turns. HOLDFAST_AXE=all takes every page in both.
  it.each([['light', 1280, 0], ['dark', 390, 1]] as const)('have no serious fault for axe: %s, %i wide', async (colorScheme, width, turn) => {
    const found: string[] = [];
    const { page } = visitor;
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    for (const path of DAPP_PATHS.filter((_, i) => process.env['HOLDFAST_AXE'] === 'all' || i % 2 === turn)) {
      await page.evaluate((to) => history.pushState(null, '', to), path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.locator('.loading').first().waitFor({ state: 'detached', timeout: 2_000 }).catch(() => undefined);
      found.push(...(await seriousFaults(page)).map((fault) => `${path}: ${fault}`));
    }
    expect(found).toEqual([]);
  });

  it('raise no errors of their own', () => {
    expect(problems).toEqual([]);
  });
});
