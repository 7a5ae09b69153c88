import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MAIN, temporaryFolder } from '../cli/run-cli.ts';

describe('a devnet that is ended', () => {
  it.each([
    ['while it starts', async () => sleep(3_000)],
    ['once it runs', async (output: NodeJS.ReadableStream) => void (await once(output, 'data'))],
  ])('%s leaves nothing in the temporary folder', async (_when, wait) => {
    await using folder = await temporaryFolder();
    const args = [MAIN, 'devnet', '--heavies', '1', '--providers', '2', '--json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, TMPDIR: folder.path } });
    const ended = once(child, 'close');
    await wait(child.stdout);
    expect((await readdir(folder.path)).some((name) => name.startsWith('holdfast-devnet-'))).toBe(true);
    child.kill('SIGTERM');
    await ended;
    expect((await readdir(folder.path)).filter((name) => name.startsWith('holdfast-devnet-'))).toEqual([]);
  });
});
