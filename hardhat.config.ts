import { createRequire } from 'node:module';
import hardhatToolboxViem from '@nomicfoundation/hardhat-toolbox-viem';
import { defineConfig } from 'hardhat/config';
import { EVM, LOCAL_NETWORK } from './offchain/chain/local-network.ts';

/** The compiler comes from npm, so that nothing is downloaded beside the lock file. */
export const compiler = {
  version: '0.8.37',
  path: createRequire(import.meta.url).resolve('solc/soljson.js'),
  settings: { optimizer: { enabled: true, runs: 200 }, viaIR: true, evmVersion: 'prague' },
} as const;

export const paths = { sources: 'contracts', tests: { solidity: 'test', nodejs: 'test/contracts' } } as const;

/** `npm run test:invariants` asks for more runs from another seed; by default a few that repeat. */
const runs = Number(process.env['HOLDFAST_RUNS'] ?? 4);
const seed = `0x${BigInt(process.env['HOLDFAST_SEED'] ?? 1).toString(16).padStart(64, '0')}`;

export default defineConfig({
  plugins: [hardhatToolboxViem],
  solidity: { profiles: { default: compiler } },
  paths,
  test: { solidity: { fuzz: { seed }, invariant: { runs, depth: 60, failOnRevert: true } } },
  networks: {
    /** In process, for tests and gas figures. */
    inproc: { ...EVM, allowUnlimitedContractSize: false },
    /** The devnet's, for `hardhat node`. */
    node: LOCAL_NETWORK,
  },
});
