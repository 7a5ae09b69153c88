import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';

const LOCAL_CHAIN = fileURLToPath(new URL('../../offchain/chain/local-chain.ts', import.meta.url));

it('a local chain ends with whoever started it, also by kill -9', async () => {
  const script = `const { startLocalChain } = await import(${JSON.stringify(LOCAL_CHAIN)}); console.log((await startLocalChain()).pid); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(said.toString());
  expect(process.kill(pid, 0)).toBe(true);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 10_000 });
});
