import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { injectWallet } from './inject-wallet.ts';
import type { TestWallet } from './test-wallet.ts';

export interface Tab {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Exceptions and console errors so far. */
  readonly problems: string[];
}

/** A window of its own: nothing is kept from other tabs. */
export async function openTab(browser: Browser, options: { readonly url: string; readonly wallet?: TestWallet; readonly others?: readonly TestWallet[] } & BrowserContextOptions): Promise<Tab> {
  const { url, wallet, others = [], ...rest } = options;
  const context = await browser.newContext(rest);
  for (const one of wallet === undefined ? others : [wallet, ...others]) await injectWallet(context, one);
  return { context, ...(await openPage(context, url)) };
}

/** Another page of the same window. */
export async function openPage(context: BrowserContext, url: string): Promise<Pick<Tab, 'page' | 'problems'>> {
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // A server that was killed on purpose is the browser's business, and the page's to tell.
    if (message.type() === 'error' && !/^Failed to load resource/.test(message.text())) problems.push(message.text());
  });
  await page.goto(url);
  return { page, problems };
}
