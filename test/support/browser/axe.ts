import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

interface WithAxe {
  readonly axe?: { run(within: string, options: RunOptions): Promise<AxeResults> };
}

/** What axe finds serious or critical on the page as it is now: rule, what it is about, the elements. */
export async function seriousFaults(page: Page, { within = 'body' }: { readonly within?: string } = {}): Promise<string[]> {
  // Through the debugger: the page's own policy lets no foreign script in. Once: it stays while the page goes from one address to another by itself.
  if (!(await page.evaluate(() => (globalThis as WithAxe).axe !== undefined))) await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const violations = await page.evaluate(async (where) => (await (globalThis as WithAxe).axe!.run(where, { resultTypes: ['violations'], preload: false, iframes: false })).violations, within);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 4).map(({ html, any }) => `${html.slice(0, 120)} ${any[0]?.message ?? ''}`).join(' | ')}`);
}
