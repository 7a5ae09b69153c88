/** Runs the suite of states over IndexedDB. Bundled and driven by `state.test.ts`. */
import { openIndexedDbState } from '../../offchain/client/state/indexed-db-state.ts';
import { stateSuite } from '../client/state-suite.ts';

const api = {
  /** Empty when all is as it must be. */
  async check(name: string): Promise<string> {
    const database = `suite ${name}`;
    let state = await openIndexedDbState({ name: database });
    try {
      await stateSuite[name]!({
        state,
        async reopen() {
          await state.close();
          return (state = await openIndexedDbState({ name: database }));
        },
      });
      return '';
    } catch (error) {
      return String(error);
    } finally {
      await state.close();
    }
  },
  /** Holds the lock until the page is closed. */
  async hold(what: string): Promise<void> {
    const state = await openIndexedDbState({ name: 'shared' });
    await new Promise<void>((resolve) => {
      void state.exclusively(what, () => {
        resolve();
        return new Promise(() => undefined);
      });
    });
  },
  async tryHold(what: string): Promise<string> {
    const state = await openIndexedDbState({ name: 'shared' });
    return state.exclusively(what, async () => 'mine').catch((error: Error) => error.message);
  },
};
export type StatePage = typeof api;

Object.assign(globalThis, { holdfast: api });
