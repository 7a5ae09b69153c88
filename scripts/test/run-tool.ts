import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';

/** Beside others that go first. */
export const NICENESS = 10;

/** Runs a tool with its output shown, and returns that output too. `isAside`: others go first, and nothing is shown. */
export function runTool(command: string, args: readonly string[], options: { readonly env?: NodeJS.ProcessEnv; readonly isAside?: boolean } = {}): Promise<{ status: number; output: string }> {
  const { env = process.env, isAside = false } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', isAside ? 'pipe' : 'inherit'], env });
    let output = '';
    const take = (data: Buffer): void => {
      if (!isAside) process.stdout.write(data);
      output += data.toString();
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    if (isAside) child.once('spawn', () => setPriority(child.pid!, NICENESS));
    child.on('error', reject);
    child.on('close', (code) => resolve({ status: code ?? 1, output }));
  });
}
