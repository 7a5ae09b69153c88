import { runTool } from './run-tool.ts';

let compiled: Promise<void> | undefined;

/** Compiles the Solidity of the tests, once; the contracts themselves are compiled when this runs. @throws when solc does not take it */
export function compileTests(): Promise<void> {
  return (compiled ??= compile());
}

async function compile(): Promise<void> {
  const { status, output } = await runTool('hardhat', ['compile', '--quiet'], { isAside: true });
  if (status !== 0) throw new Error(`hardhat compile ended with ${status}:\n${output}`);
}
