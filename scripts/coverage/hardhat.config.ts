import { defineConfig } from 'hardhat/config';
import base, { compiler, paths } from '../../hardhat.config.ts';
import { branchCoverage } from './plugin.ts';

const { settings, ...solc } = compiler;

/** Instrumented code is larger and dearer, and must not be taken for the real one: it gets folders of its own. */
export default defineConfig({
  ...base,
  plugins: [...(base.plugins ?? []), branchCoverage],
  // Without most of the optimiser, which would join so much instrumented code that it no longer fits the stack.
  solidity: { profiles: { default: { ...solc, settings: { ...settings, optimizer: { enabled: true, details: { yulDetails: { optimizerSteps: 'u:u' } } } } } } },
  // The fuzzed invariants are left out: instrumented, their handlers would not fit the stack either.
  paths: { ...paths, tests: { ...paths.tests, solidity: 'test/contracts' }, artifacts: 'cache/coverage/artifacts', cache: 'cache/coverage' },
  networks: { inproc: { type: 'edr-simulated', chainType: 'l1', hardfork: 'prague', allowUnlimitedContractSize: true, blockGasLimit: 2_000_000_000 } },
});
