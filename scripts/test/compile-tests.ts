import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';

/** Others first: whoever waits for it waits no longer than it needs alone. */
const NICENESS = 10;
let compiled: Promise<void> | undefined;

/** Compiles the Solidity of the tests, once, in a process of its own; the contracts themselves are compiled when this runs. @throws when solc does not take it */
export function compileTests(): Promise<void> {
  return (compiled ??= new Promise((resolve, reject) => {
    const child = spawn('hardhat', ['compile', '--quiet'], { stdio: ['ignore', 2, 2] });
    child.once('error', reject);
    child.once('spawn', () => setPriority(child.pid!, NICENESS));
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`hardhat compile ended with ${code}; its messages are above.`))));
  }));
}
