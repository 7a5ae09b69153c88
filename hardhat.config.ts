import { createRequire } from 'node:module';
import hardhatToolboxViem from '@nomicfoundation/hardhat-toolbox-viem';
import { defineConfig } from 'hardhat/config';

/** The compiler comes from npm, so that nothing is downloaded beside the lock file. */
export const compiler = {
  version: '0.8.37',
  path: createRequire(import.meta.url).resolve('solc/soljson.js'),
  settings: { optimizer: { enabled: true, runs: 200 }, viaIR: true, evmVersion: 'prague' },
} as const;

export default defineConfig({
  plugins: [hardhatToolboxViem],
  solidity: { profiles: { default: compiler } },
  paths: { sources: 'contracts', tests: { solidity: 'test/contracts', nodejs: 'test/contracts' } },
  networks: {
    /** In process, for tests and gas figures. */
    inproc: { type: 'edr-simulated', chainType: 'l1', hardfork: 'prague', allowUnlimitedContractSize: false },
    /** The devnet's chain: real time goes on between transactions, and many blocks in one second do not make it run ahead. */
    node: {
      type: 'edr-simulated',
      chainType: 'l1',
      hardfork: 'prague',
      chainId: 31337,
      mining: { auto: true, interval: 1000 },
      allowBlocksWithSameTimestamp: true,
    },
  },
});
