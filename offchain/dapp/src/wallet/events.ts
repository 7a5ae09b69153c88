import type { Eip1193Provider } from '../../../chain/wallet/eip1193.ts';

/** Returns the end of it. Wallets without events are asked when something is done. */
export function listenTo(provider: Eip1193Provider, events: readonly string[], hear: (said: unknown) => void): () => void {
  for (const event of events) provider.on?.(event, hear);
  return () => {
    for (const event of events) provider.removeListener?.(event, hear);
  };
}

/** Whenever it names an account, or has its chain again. */
export function onceUsable(provider: Eip1193Provider, act: () => void): () => void {
  const ends = [listenTo(provider, ['accountsChanged'], (said) => Array.isArray(said) && said.length > 0 && act()), listenTo(provider, ['connect'], act)];
  return () => ends.forEach((end) => end());
}

/** One question at a time: of two answers that overlap with a switch, one would be half old. Asks once more when it is called meanwhile. */
export function inTurns(ask: (isStale: () => boolean) => Promise<void>, isWanted: () => boolean): () => Promise<void> {
  let [isAsking, isStale] = [false, false];
  return async () => {
    isStale = true;
    if (isAsking) return;
    isAsking = true;
    while (isStale && isWanted()) {
      isStale = false;
      await ask(() => isStale);
    }
    isAsking = false;
  };
}
