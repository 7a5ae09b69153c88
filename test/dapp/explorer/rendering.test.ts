/** The pages in a real browser, over a real chain: what is shown is what the chain says, and acts change it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { parseEther } from 'viem';
import { DEV_MNEMONIC } from '../../../offchain/chain/dev-accounts.ts';
import { networkHealth } from '../../../offchain/chain/network-health.ts';
import { nodeIdOf } from '../../../offchain/chain/node-id-of.ts';
import { owedToNode } from '../../../offchain/chain/read-money.ts';
import { readNode } from '../../../offchain/chain/read-node.ts';
import { buyTokens } from '../../../offchain/chain/buy-tokens.ts';
import { type DappServer, startDapp } from '../../../offchain/dapp/server/start.ts';
import { readProviderAccount } from '../../../offchain/earnings/provider-statement.ts';
import { buildDapp } from '../../../scripts/build-dapp.ts';
import { type Story, startStory } from '../../earnings/story.ts';
import { addressOf } from '../../support/holdfast.ts';
import { seriousFaults } from '../../support/browser/axe.ts';
import { hasChromium, startChromium } from '../../support/browser/chromium.ts';
import { press, write } from '../../support/browser/keyboard.ts';
import { openTab } from '../../support/browser/tab.ts';

describe.skipIf(!hasChromium('the pages of providers, heavy nodes and the explorer'))('pages in a browser', () => {
  let story: Story;
  let server: DappServer;
  let browser: Browser;
  let agreement: number;

  beforeAll(async () => {
    await buildDapp();
    [story, browser] = await Promise.all([startStory({ healthBps: 5_000 }), startChromium()]);
    agreement = await story.open(story.creator, { providers: [2, 3, 4], periods: 3 });
    await story.epoch(2, 3, 4);
    await story.epoch(2, 3);
    const { rpcUrl, deployment } = story.holdfast;
    server = await startDapp({ port: 0, settings: { deployment, rpcUrls: [rpcUrl], heavies: [], subgraphUrl: null, isDevnet: true, devMnemonic: DEV_MNEMONIC } });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await story?.holdfast.stop();
  });

  /** A tab on `path`; with `account` of the devnet connected. */
  const open = async (path: string, account?: number, look: object = {}) => {
    const tab = await openTab(browser, { url: `${server.url}/explorer/names`, ...look });
    if (account !== undefined) await tab.page.evaluate((id) => localStorage.setItem('holdfast.wallet', `devnet:${id}`), account);
    await tab.page.goto(server.url + path);
    await tab.page.locator('main h1').waitFor();
    return tab;
  };

  test('the explorer tells epochs, agreements and transactions, and finds them', async () => {
    const { page, problems, context } = await open('/explorer');
    await page.getByText('were drawn').or(page.getByText(/proofs of epoch/)).first().waitFor();
    await write(page.getByRole('searchbox'), `agreement ${agreement}`);
    await press(page.getByRole('button', { name: 'Find' }));
    await page.getByRole('heading', { name: `Agreement ${agreement}` }).waitFor();
    await page.getByText('2 proven, 1 waiting').waitFor();
    expect(await page.locator('.slot-map a').count()).toBe(3);
    await page.getByText(/rented space: agreement/).first().waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  });

  test('a chart is read by keyboard, and is there as a table', async () => {
    const { page, context } = await open('/explorer/providers/3');
    const strip = page.getByRole('slider');
    await strip.waitFor();
    await strip.focus();
    const newest = await strip.getAttribute('aria-valuetext');
    await strip.press('ArrowLeft');
    const before = await strip.getAttribute('aria-valuetext');
    expect([newest, before].every((text) => /^Epoch \d+: proven$/.test(text ?? ''))).toBe(true);
    expect(before).not.toBe(newest);
    await press(page.locator('.chart-table > summary').first());
    await page.getByRole('rowheader', { name: /\d+ to \d+/ }).first().waitFor();
    await context.close();
  });

  test('earnings are the statement of the chain to the unit, and are withdrawn', async () => {
    const { statement } = await readProviderAccount(story.provider(3), 3);
    const { page, problems, context } = await open('/provider/earnings', 3);
    await page.getByText('The market owes exactly what its events say.').waitFor();
    const earned = page.locator('.stat').filter({ hasText: 'Earned' }).locator('.value').first();
    const exact = (await earned.getAttribute('title'))!.replace(' HOLD', '');
    expect(parseEther(exact)).toBe(statement.earned);
    expect(await seriousFaults(page)).toEqual([]);
    const saving = page.waitForEvent('download');
    await press(page.getByRole('button', { name: 'Save as CSV' }));
    expect((await saving).suggestedFilename()).toBe('provider-3-by-epoch.csv');
    await press(page.getByRole('button', { name: 'Withdraw' }));
    await press(page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }));
    await page.getByText(/HOLD were paid out/).waitFor();
    expect(await owedToNode(story.provider(3), 3)).toBe(0n);
    expect((await readProviderAccount(story.provider(3), 3)).statement.paid).toBe(statement.owed + statement.unsettled);
    expect(problems).toEqual([]);
    await context.close();
  });

  test('somebody becomes a provider: mistakes are told, costs shown, then it is done', async () => {
    const newcomer = await story.holdfast.as(9);
    await buyTokens(newcomer, { coin: parseEther('1') });
    const { page, problems, context } = await open('/provider/register', 9, { viewport: { width: 360, height: 780 } });
    const submit = page.getByRole('button', { name: 'Register and stake' });
    await page.getByText('You have 1,000 HOLD.').waitFor();
    await write(page.getByLabel('Stake', { exact: true }), '999999999');
    await write(page.getByLabel('Endpoint'), 'nowhere');
    await press(submit);
    await page.getByText('You have 1,000 HOLD: buy more tokens first.').waitFor();
    await page.getByText('The endpoint must be an address such as https://provider.example:8443.').waitFor();
    expect(await nodeIdOf(newcomer, addressOf(newcomer))).toBeUndefined();
    await write(page.getByLabel('Stake', { exact: true }), '250');
    await write(page.getByLabel('Endpoint'), 'http://127.0.0.1:9999');
    await page.getByLabel('Region', { exact: true }).selectOption('other');
    await write(page.getByLabel('Number of the region'), '77');
    await press(submit);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('standard, region 77').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await press(dialog.getByRole('button', { name: 'Register and stake' }));
    await page.getByText(/You operate provider \d+ now/).waitFor();
    const id = await nodeIdOf(newcomer, addressOf(newcomer));
    expect(await readNode(newcomer, id!)).toMatchObject({ tier: 'standard', region: 77, parent: 1, endpoint: 'http://127.0.0.1:9999', stake: parseEther('250') });
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1)).toBe(true);
    expect(problems).toEqual([]);
    await context.close();
  });

  test('fees of a heavy node are claimed, in the dark too', async () => {
    const { page, problems, context } = await open('/heavy/fees', 1, { colorScheme: 'dark' });
    await press(page.getByRole('button', { name: 'Claim' }));
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Transactions at most').waitFor();
    await press(dialog.getByRole('button', { name: 'Claim' }));
    await page.getByText(/HOLD of fees and/).waitFor();
    expect(await owedToNode(story.heavy, 1)).toBe(0n);
    expect(await seriousFaults(page)).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  });

  test('while the network only repairs every page says so, and offers nothing that would be refused', async () => {
    while (!(await networkHealth(story.creator)).isRepairOnly) await story.epoch();
    const { page, problems, context } = await open('/rent', 9);
    await page.getByText('The network only repairs at the moment.').first().waitFor();
    await page.getByText('so nothing new can be rented.').waitFor();
    await press(page.getByRole('link', { name: 'Files', exact: true }));
    await press(page.getByRole('button', { name: 'Unlock with my wallet' }));
    await page.getByText('so nothing new can be stored.').waitFor();
    expect(await page.getByRole('button', { name: 'Choose files' }).count()).toBe(0);
    expect(problems).toEqual([]);
    await context.close();
  });
});
