/** What a visitor does on the pages, step by step and without a mouse; for tests and for pictures. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import type { Hex } from 'viem';
import { PACE } from '../pace.ts';
import { chooser, choose, focused, press, write } from './keyboard.ts';

/** Every step of a network whose epochs last seconds ends within this, on a busy machine too. */
const STEP_MS = 25_000 * PACE;

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
    const pages = page.getByRole('navigation', { name: `Pages of ${area}` });
    if (!(await pages.isVisible())) await press(page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: area }));
    await press(pages.getByRole('link', { name: title, exact: true }));
  }

  async connect(wallet: string): Promise<void> {
    const page = this.#page;
    await press(page.getByRole('banner').getByRole('button', { name: /^Connect/ }));
    await press(page.getByRole('dialog').getByRole('button', { name: wallet }));
  }

  /** Until the pages show an account; this one, if it is named. */
  async connected(address: Hex = '0x'): Promise<void> {
    await this.#page.getByRole('button', { name: `Your account ${address.slice(0, 6)}` }).waitFor();
  }

  async unlock(): Promise<void> {
    await press(this.#page.getByRole('button', { name: 'Unlock with my wallet' }));
    await this.#page.getByRole('button', { name: 'Unlock with my wallet' }).waitFor({ state: 'detached' });
  }

  async buy(coin: string): Promise<void> {
    const page = this.#page;
    await this.go('Store', 'Tokens');
    await write(page.getByLabel('You pay'), coin);
    await press(page.getByRole('button', { name: 'Buy', exact: true }));
    await press(page.getByRole('dialog').getByRole('button', { name: /^Pay/ }));
  }

  async rent(options: { readonly space: string; readonly scheme: string }): Promise<void> {
    const page = this.#page;
    await this.go('Store', 'Rent space');
    await write(page.getByLabel('Space', { exact: true }), options.space);
    await choose(page.getByRole('radio', { name: `(${options.scheme})` }));
    const [quoted, again] = [page.getByRole('button', { name: /^Rent for/ }), page.getByRole('button', { name: 'Try again' })];
    await quoted.or(again).first().waitFor();
    // On a busy machine a provider may not answer in time, and then there are too few.
    if (await again.isVisible()) await press(again);
    await press(quoted);
    await press(page.getByRole('dialog').getByRole('button', { name: /^Pay/ }));
    await page.getByRole('heading', { name: /^Agreement \d+/, level: 1 }).waitFor();
  }

  /** Chooses a file. Returns the button that stores it, under its own name. */
  async choose(file: { readonly name: string; readonly bytes: Uint8Array }): Promise<Locator> {
    const opened = await chooser(this.#page.getByRole('button', { name: 'Choose files' }));
    await opened.setFiles({ name: file.name, mimeType: 'application/octet-stream', buffer: Buffer.from(file.bytes) });
    return this.#page.getByRole('dialog').getByRole('button', { name: 'Store', exact: true });
  }

  /** Does not wait until it is there. */
  async store(file: { readonly name: string; readonly bytes: Uint8Array }): Promise<void> {
    await press(await this.choose(file));
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
    await press(page.getByRole('dialog').getByRole('button', { name: 'Store', exact: true }));
    await tools.detach();
  }

  /** The card with this heading. */
  card(title: string): Locator {
    return this.#page.locator('section.card', { has: this.#page.getByRole('heading', { name: title, level: 2 }) }).last();
  }

  /** Agrees in the open dialog, and waits for the notice that says that it was done. */
  async confirm(name: string | RegExp, said: string | RegExp): Promise<void> {
    const page = this.#page;
    await press(page.getByRole('dialog').getByRole('button', { name }));
    await page.locator('.toast', { hasText: said }).waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    if ((await focused(page)) === '') throw new Error('the focus fell to the beginning of the page when the dialog closed');
  }

  /** Until the newest transfer of this name is done. */
  async transferred(name: string): Promise<void> {
    await this.#page.locator('.transfer', { hasText: name }).first().locator('.badge', { hasText: 'Done' }).waitFor();
  }

  async openFile(name: string): Promise<void> {
    await this.go('Store', 'Files');
    await press(this.#page.getByRole('link', { name, exact: true }));
  }

  /** What the browser got. */
  async download(button: Locator): Promise<Uint8Array> {
    const [download] = await Promise.all([this.#page.waitForEvent('download'), press(button)]);
    return readFile(await download.path());
  }
}
