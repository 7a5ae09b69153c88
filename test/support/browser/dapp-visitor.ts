/** What a visitor does on the pages, step by step; for tests and for pictures. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import type { Hex } from 'viem';
import { PACE } from '../pace.ts';

/** Every step of a network whose epochs last seconds ends within this, on a busy machine too. */
const STEP_MS = 25_000 * PACE;
const TABS_MAX = 90;

export class Visitor {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    page.setDefaultTimeout(STEP_MS);
  }

  get page(): Page {
    return this.#page;
  }

  /** What is on the page, for a test that failed. */
  async words(): Promise<string> {
    return this.#page.isClosed() ? 'the page is closed' : `${this.#page.url()}\n${(await this.#page.locator('body').innerText()).slice(0, 3_000)}`;
  }

  /** By the links of the page: its memory, and with it the key to the files, stays. */
  async go(area: string, title: string): Promise<void> {
    const page = this.#page;
    await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: area }).click();
    await page.getByRole('navigation', { name: /^Pages of/ }).getByRole('link', { name: title, exact: true }).click();
  }

  async connect(wallet: string): Promise<void> {
    const page = this.#page;
    await page.getByRole('banner').getByRole('button', { name: /^Connect/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: wallet }).click();
  }

  /** Until the pages show an account; this one, if it is named. */
  async connected(address: Hex = '0x'): Promise<void> {
    await this.#page.getByRole('button', { name: `Your account ${address.slice(0, 6)}` }).waitFor();
  }

  async unlock(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Unlock with my wallet' }).click();
    await this.#page.getByRole('button', { name: 'Unlock with my wallet' }).waitFor({ state: 'detached' });
  }

  async buy(coin: string): Promise<void> {
    const page = this.#page;
    await this.go('Store', 'Tokens');
    await page.getByLabel('You pay').fill(coin);
    await page.getByRole('button', { name: 'Buy', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: /^Pay/ }).click();
  }

  async rent(options: { readonly space: string; readonly scheme: string }): Promise<void> {
    const page = this.#page;
    await this.go('Store', 'Rent space');
    await page.getByLabel('Space', { exact: true }).fill(options.space);
    await page.getByRole('radio', { name: `(${options.scheme})` }).check();
    await page.getByRole('button', { name: /^Rent for/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: /^Pay/ }).click();
    await page.getByRole('heading', { name: /^Agreement \d+/, level: 1 }).waitFor();
  }

  /** Chooses a file and stores it under its name; does not wait until it is there. */
  async store(file: { readonly name: string; readonly bytes: Uint8Array }): Promise<void> {
    const page = this.#page;
    await page.locator('input[data-part=files]').setInputFiles({ name: file.name, mimeType: 'application/octet-stream', buffer: Buffer.from(file.bytes) });
    await page.getByRole('dialog').getByRole('button', { name: 'Store', exact: true }).click();
  }

  /** Until so many transfers of the list are in this state. */
  async transfers(state: 'Done' | 'Stopped', count = 1): Promise<void> {
    await this.#page.locator('.transfer .badge', { hasText: state }).nth(count - 1).waitFor();
  }

  /** From the desktop, anywhere onto the page; stores it under its own name. */
  async dropFolder(path: string): Promise<void> {
    const page = this.#page;
    const tools = await page.context().newCDPSession(page);
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await tools.send('Input.dispatchDragEvent', { type, x: 600, y: 700, data });
    await page.getByRole('dialog').getByRole('button', { name: 'Store', exact: true }).click();
    await tools.detach();
  }

  /** The card with this heading. */
  card(title: string): Locator {
    return this.#page.locator('section.card', { has: this.#page.getByRole('heading', { name: title, level: 2 }) }).last();
  }

  /** Agrees in the open dialog, and waits for the notice that says that it was done. */
  async confirm(name: string | RegExp, said: string | RegExp): Promise<void> {
    const page = this.#page;
    await page.getByRole('dialog').getByRole('button', { name }).click();
    await page.locator('.toast', { hasText: said }).waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }

  /** By the tabulator alone, as far as it takes. */
  async tabTo(target: Locator): Promise<void> {
    await target.waitFor();
    for (let steps = 0; steps < TABS_MAX; steps++) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await this.#page.keyboard.press('Tab');
    }
    throw new Error(`${String(target)} is not reached by the keyboard`);
  }

  /** Reached and pressed by the keyboard alone. */
  async enter(target: Locator): Promise<void> {
    await this.tabTo(target);
    await this.#page.keyboard.press('Enter');
  }

  /** Until the newest transfer of this name is done. */
  async transferred(name: string): Promise<void> {
    await this.#page.locator('.transfer', { hasText: name }).first().locator('.badge', { hasText: 'Done' }).waitFor();
  }

  async openFile(name: string): Promise<void> {
    await this.go('Store', 'Files');
    await this.#page.getByRole('link', { name, exact: true }).click();
  }

  /** What the browser got. */
  async download(press: () => Promise<void>): Promise<Uint8Array> {
    const [download] = await Promise.all([this.#page.waitForEvent('download'), press()]);
    return readFile(await download.path());
  }
}
