import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSupervisor } from '../../offchain/cli/processes.ts';
import { MAIN, isAlive, temporaryFolder } from './run-cli.ts';

const PROCESSES = new URL('../../offchain/cli/processes.ts', import.meta.url).href;

function supervisorIn(folder: string) {
  return createSupervisor({ logFolder: join(folder, 'logs'), cacheFolder: join(folder, 'cache') });
}

/** Running processes that have `text` among their arguments, from /proc. */
async function processesNaming(text: string): Promise<string[]> {
  const ids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(text));
}

async function untilGone(pid: number): Promise<boolean> {
  for (let i = 0; i < 150 && isAlive(pid); i++) await sleep(100);
  return !isAlive(pid);
}

describe('processes', { timeout: 60_000 }, () => {
  it('start waits until a service is ready; stop ends it', async () => {
    await using folder = await temporaryFolder();
    const supervisor = supervisorIn(folder.path);
    const chain = await supervisor.start({ name: 'chain', args: ['chain', 'start', '--supervised'] });
    expect(chain.ready['rpcUrl']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(chain.isRunning).toBe(true);
    await supervisor.stop([chain]);
    expect(chain.isRunning).toBe(false);
    expect(isAlive(chain.pid)).toBe(false);
  });

  it('says why a service did not start, and where its log is', async () => {
    await using folder = await temporaryFolder();
    const supervisor = supervisorIn(folder.path);
    const failing = supervisor.start({ name: 'provider-01', args: ['provider', 'start', '--home', folder.path] });
    await expect(failing).rejects.toMatchObject({ code: 'CHILD_FAILED', message: expect.stringContaining('has no section "provider"') });
    await expect(failing).rejects.toMatchObject({ details: { logPath: join(folder.path, 'logs', 'provider-01.log') } });
  });

  it('starts nothing after everything was ended', async () => {
    await using folder = await temporaryFolder();
    const supervisor = supervisorIn(folder.path);
    await supervisor.stopAll();
    await expect(supervisor.start({ name: 'chain', args: ['chain', 'start'] })).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('leaves no orphan when the supervising process is killed', async () => {
    await using folder = await temporaryFolder();
    const script = join(folder.path, 'parent.mjs');
    await writeFile(
      script,
      `import { createSupervisor } from ${JSON.stringify(PROCESSES)};
       const supervisor = createSupervisor({ logFolder: ${JSON.stringify(join(folder.path, 'logs'))}, cacheFolder: ${JSON.stringify(join(folder.path, 'cache'))} });
       const chain = await supervisor.start({ name: 'chain', args: ['chain', 'start', '--supervised'] });
       console.log(chain.pid);`,
    );
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    const child = Number(line);
    expect(isAlive(child)).toBe(true);
    parent.kill('SIGKILL');
    expect(await untilGone(child)).toBe(true);
  });

  it('a second Ctrl-C ends at once a command that is still busy with the first', async () => {
    await using folder = await temporaryFolder();
    const script = join(folder.path, 'busy.mjs');
    await writeFile(script, `import { interruptSignal } from ${JSON.stringify(new URL('../../offchain/cli/supervision.ts', import.meta.url).href)};
      interruptSignal().addEventListener('abort', () => console.log('aborted'));
      setInterval(() => undefined, 1000);
      console.log('busy');`);
    const busy = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let told = '';
    busy.stderr.setEncoding('utf8').on('data', (text: string) => void (told += text));
    const lines: string[] = [];
    createInterface({ input: busy.stdout }).on('line', (line) => {
      lines.push(line);
      busy.kill('SIGINT');
    });
    expect(await once(busy, 'close')).toEqual([130, null]);
    expect(lines).toEqual(['busy', 'aborted']);
    expect(told).toContain('Stopping (SIGINT); a second one ends at once.');
  });

  it('an interrupted demo removes its folder and ends its processes', async () => {
    await using folder = await temporaryFolder();
    const demo = spawn(process.execPath, [MAIN, 'demo'], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: folder.path } });
    createInterface({ input: demo.stdout }).on('line', (line) => {
      if (line.startsWith('2 ')) demo.kill('SIGINT');
    });
    const [code] = (await once(demo, 'close')) as [number];
    expect(code).toBe(130);
    expect((await readdir(folder.path)).filter((name) => name.startsWith('holdfast-demo-'))).toEqual([]);
    expect(await processesNaming(folder.path)).toEqual([]);
  });
});
