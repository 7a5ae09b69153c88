/** Keeps the provider's entry in the registry true: where it is reached, and who its parent is. One transaction at a time, never while nothing changed. */
import { setEndpoint, setParent } from '../../chain/change-node.ts';
import { readNode } from '../../chain/read-node.ts';
import type { Chain } from '../../chain/types.ts';
import type { Logger } from '../../store/log.ts';

export interface Wanted {
  readonly endpoint?: string | undefined;
  readonly parent?: number | undefined;
}

export interface OwnEntry {
  /** Makes the registry say so, soon; what is wanted last counts. */
  want(wanted: Wanted): void;
  stop(): Promise<void>;
}

export function createOwnEntry(chain: Chain, { id, log }: { readonly id: number; readonly log: Logger }): OwnEntry {
  let wanted: Wanted = {};
  let running: Promise<void> | undefined;
  let isStopped = false;

  const settle = async (): Promise<void> => {
    const node = await readNode(chain, id);
    const { endpoint, parent } = wanted;
    if (endpoint !== undefined && endpoint !== node.endpoint) {
      await setEndpoint(chain, { id, endpoint });
      log.info('endpoint.changed', { endpoint, before: node.endpoint });
    }
    if (parent !== undefined && parent !== node.parent) {
      await setParent(chain, { id, parent });
      log.info('parent.changed', { parent, before: node.parent });
    }
  };
  return {
    want(next) {
      const merged = { endpoint: next.endpoint ?? wanted.endpoint, parent: next.parent ?? wanted.parent };
      if (isStopped || (merged.endpoint === wanted.endpoint && merged.parent === wanted.parent)) return;
      wanted = merged;
      running = (running ?? Promise.resolve()).then(settle).catch((error: unknown) => {
        log.warn('entry.not-changed', { error });
        // Wanted again with the next lease.
        wanted = {};
      });
    },
    async stop() {
      isStopped = true;
      await running;
    },
  };
}
