import type { NodePlan } from './network.ts';

/** What a devnet's nodes ask and promise. Amounts in token units, 10^18 to a token. */
const TOKEN = 10n ** 18n;
/** An odd number, so that shares in percent leave remainders which must go somewhere. */
const PRICE = 1_000_000_000_000_007n;
const NEWCOMER_DISCOUNT = 1_000_000_000_003n;
const STAKE = 500n * TOKEN;
const TICK_MS = 400;
const CAPACITY_BYTES = 2n ** 30n;
/** All nodes of a devnet call from one address, some of them at once. */
const PEERS = { tickMs: 1_000, connectionsPerSecond: 1_000 };

/** `indexes`: follows the chain's events and answers queries about them. */
export function heavyPlan(options: { region: number; indexes?: boolean }): NodePlan {
  const { region, indexes = false } = options;
  // An epoch lasts seconds here, so everything that waits for one looks more often. Paydays are the story's to call.
  const loops = { watchMs: 250, repairMs: 500, namesMs: 1_000, probeMs: 2_000, directoryMs: 500 };
  return { region, tokens: 0n, config: { heavy: { region, feeBps: 150, paydayPeriods: 0, loops, p2p: PEERS, indexer: { enabled: indexes, pollMs: 250 } } } };
}

/** `isNewcomer`: a little cheaper, as a successor must not be dearer than the slot that it takes over. */
export function providerPlan(options: { region: number; parent: number; isNewcomer?: boolean }): NodePlan {
  const { region, parent, isNewcomer = false } = options;
  const perBatchEpoch = isNewcomer ? PRICE - NEWCOMER_DISCOUNT : PRICE;
  // Twenty providers share one chain and two cores: each looks a dozen times an epoch.
  const provider = { tickMs: TICK_MS, p2p: { tickMs: PEERS.tickMs, askSeconds: 30 }, region, parent, stake: STAKE, capacityBytes: CAPACITY_BYTES, price: { perBatchEpoch } };
  return { region, tokens: STAKE, config: { provider } };
}
