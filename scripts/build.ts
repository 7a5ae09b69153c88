// usage: node scripts/build.ts  (under Node >= 24, after npm ci): everything that is generated, in order
import { spawnSync } from 'node:child_process';
import { buildAbi } from './build-abi.ts';
import { buildJs } from './build-js.ts';
import { buildKernels } from './build-kernels.ts';
import { buildPrisma } from './build-prisma.ts';

// Only tests need the Solidity of the tests, which takes longer than the contracts: scripts/test compiles it.
const hardhat = spawnSync('hardhat', ['compile', '--no-tests', '--quiet'], { stdio: ['ignore', 2, 2] });
if (hardhat.error !== undefined || hardhat.status !== 0) {
  throw new Error(`hardhat compile failed with status ${hardhat.status}`, { cause: hardhat.error });
}
await buildAbi();
await buildKernels();
await buildPrisma();
buildJs();
