import { spawn } from 'node:child_process';

/** Runs a tool with its output shown, and returns that output too. */
export function runTool(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<{ status: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      process.stdout.write(data);
      output += data.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ status: code ?? 1, output }));
  });
}
