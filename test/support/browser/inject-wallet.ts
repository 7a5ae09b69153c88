import type { BrowserContext } from 'playwright-core';
import type { TestWallet } from './test-wallet.ts';

type Answer = { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } };

/** Puts the wallet into every page of the window: announced by EIP-6963, twice, as clumsy wallets do; its keys stay with the test. Wallets of one window differ by their rdns. */
export async function injectWallet(context: BrowserContext, wallet: TestWallet): Promise<void> {
  const { name, rdns } = wallet;
  const [ask, hear] = [`ask ${rdns}`, `hear ${rdns}`];
  await context.exposeFunction(ask, async (method: string, params: unknown): Promise<Answer> => {
    try {
      return { result: await wallet.request({ method, params }) };
    } catch (error) {
      const { code = -32_603, message } = error as { code?: number; message: string };
      return { error: { code, message } };
    }
  });
  const tell = (event: string, value: unknown): void => {
    for (const page of context.pages()) {
      void page.evaluate(([at, happened, said]) => (globalThis as unknown as Record<string, ((event: unknown, value: unknown) => void) | undefined>)[at]?.(happened, said), [hear, event, value] as const).catch(() => undefined);
    }
  };
  for (const event of ['accountsChanged', 'chainChanged'] as const) wallet.on(event, (value: never) => tell(event, value));
  await context.addInitScript(announce, { name, rdns, ask, hear });
}

/** Runs in the page, before its own scripts. */
function announce({ ask, hear, ...info }: { name: string; rdns: string; ask: string; hear: string }): void {
  const listeners = new Map<string, Set<(value: unknown) => void>>();
  const place = globalThis as unknown as Record<string, unknown>;
  const of = (event: string): Set<(value: unknown) => void> => {
    const known = listeners.get(event) ?? new Set();
    listeners.set(event, known);
    return known;
  };
  place[hear] = (event: string, value: unknown) => of(event).forEach((listener) => listener(value));
  const provider = Object.freeze({
    request: async ({ method, params }: { method: string; params?: unknown }) => {
      const answer = await (place[ask] as (method: string, params: unknown) => Promise<Answer>)(method, params ?? []);
      if ('error' in answer) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
      return answer.result;
    },
    on: (event: string, listener: (value: unknown) => void) => of(event).add(listener),
    removeListener: (event: string, listener: (value: unknown) => void) => of(event).delete(listener),
  });
  const icon = 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" rx="2" fill="teal"/></svg>';
  const detail = Object.freeze({ info: Object.freeze({ ...info, icon, uuid: crypto.randomUUID?.() ?? String(Math.random()) }), provider });
  const say = (): void => {
    for (let times = 0; times < 2; times++) dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
  };
  addEventListener('eip6963:requestProvider', say);
  say();
}
