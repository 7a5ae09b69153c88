import { DEV_CHAIN_ID } from './dev-accounts.ts';

/** The EVM that everything is written and measured for. */
export const EVM = { type: 'edr-simulated', chainType: 'l1', hardfork: 'prague' } as const;

/** The devnet's chain: real time goes on between transactions, and many blocks in one second do not make it run ahead. */
export const LOCAL_NETWORK = { ...EVM, chainId: DEV_CHAIN_ID, mining: { auto: true, interval: 1000 }, allowBlocksWithSameTimestamp: true };
