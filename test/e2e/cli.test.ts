import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createTestClient, http, publicActions } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN, onTerminal, runCli, temporaryFolder } from '../cli/run-cli.ts';

let password = '';

interface Devnet {
  readonly rpcUrl: string;
  readonly deploymentPath: string;
  readonly password: string;
  readonly creatorHome: string;
  readonly heavies: readonly { readonly id: number; readonly home: string }[];
  readonly providers: readonly { readonly id: number; readonly home: string; readonly url: string }[];
}

/** A person's way through the commands, on the devnet that `holdfast devnet` starts. */
describe('the commands on a devnet', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let devnetProcess: ChildProcess;
  let devnet: Devnet;

  const holdfast = (...args: string[]) => runCli(args, { env: { HOLDFAST_PASSWORD: devnet.password } });
  /** A command of the creator's whose standard output goes to a reader that may leave: what it says elsewhere, and its exit code. */
  const unread = (words: string, reader: string) => bash(`exec 3>&1; { "${process.execPath}" "${MAIN}" ${words} --home "${devnet.creatorHome}" 2>&3; echo "ended with $?" >&3; } | ${reader}`);
  const json = async <T>(...args: string[]): Promise<T> => {
    const { code, stdout, stderr } = await holdfast(...args, '--json');
    expect(`${code} ${stderr}${code === 0 ? '' : stdout}`).toBe('0 ');
    return JSON.parse(stdout) as T;
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    const args = [MAIN, 'devnet', '--heavies', '1', '--providers', '5', '--folder', join(folder.path, 'devnet'), '--json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    devnetProcess = child;
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    devnet = JSON.parse(line) as Devnet;
    password = devnet.password;
  }, 120_000);

  afterAll(async () => {
    if (devnetProcess.exitCode === null) {
      devnetProcess.kill('SIGINT');
      expect(await once(devnetProcess, 'close')).toEqual([0, null]);
    }
    await folder[Symbol.asyncDispose]();
  }, 60_000);

  it('has a chain that is on time, however long it took to start', async () => {
    const local = createTestClient({ mode: 'hardhat', transport: http(devnet.rpcUrl) }).extend(publicActions);
    const askedSeconds = Math.floor(Date.now() / 1000);
    await local.mine({ blocks: 1 });
    expect(Number((await local.getBlock()).timestamp)).toBeGreaterThanOrEqual(askedSeconds - 1);
  });

  it('refuses to rent without tokens: exit code 4', async () => {
    const { code, stderr } = await holdfast('rent', '--home', devnet.creatorHome, '--scheme', '2+2', '--space', '4MiB', '--batch', '256KiB', '--max-price', '1', '--yes');
    expect(stderr).toContain('Buy tokens');
    expect(code).toBe(4);
  });

  it('refuses to buy tokens without coin: exit code 4', async () => {
    const home = join(folder.path, 'poor');
    await holdfast('init', '--home', home, '--light-scrypt');
    const { code, stderr } = await holdfast('tokens', '--home', home, '--rpc', devnet.rpcUrl, '--deployment', devnet.deploymentPath, '--buy', '1');
    expect(stderr).toContain('too little coin');
    expect(code).toBe(4);
  });

  it('buys tokens, rents, stores, lists and restores on another machine', async () => {
    const { creatorHome } = devnet;
    const bought = await json<{ bought: string; tokens: string }>('tokens', '--home', creatorHome, '--buy', '1');
    expect(BigInt(bought.bought)).toBe(1000n * 10n ** 18n);

    const rented = await holdfast('rent', '--home', creatorHome, '--scheme', '2+2', '--space', '4MiB', '--batch', '256KiB', '--max-price', '1', '--yes');
    expect(rented).toMatchObject({ code: 0, stderr: '' });
    expect(rented.stdout.indexOf('Cost')).toBeGreaterThan(0);
    expect(rented.stdout.indexOf('Cost')).toBeLessThan(rented.stdout.indexOf('Agreement 1 runs until'));

    const data = join(folder.path, 'letters');
    await mkdir(data);
    await writeFile(join(data, 'to Ada.txt'), 'hold fast');
    const stored = await json<{ receipts: number[]; unchanged: boolean }>('put', data, '--home', creatorHome);
    expect(stored).toMatchObject({ unchanged: false, receipts: [0, 1, 2, 3] });
    expect(await json('put', data, '--home', creatorHome)).toMatchObject({ unchanged: true });
    expect((await json<{ name: string }[]>('ls', '--home', creatorHome)).map(({ name }) => name)).toEqual(['letters']);

    const elsewhere = join(folder.path, 'elsewhere');
    await mkdir(elsewhere);
    await copyFile(join(creatorHome, 'keystore.json'), join(elsewhere, 'keystore.json'));
    const into = join(folder.path, 'restored');
    const got = await holdfast('get', 'letters', into, '--home', elsewhere, '--rpc', devnet.rpcUrl, '--deployment', devnet.deploymentPath, '--quiet');
    expect(got).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(join(into, 'to Ada.txt'), 'utf8')).toBe('hold fast');
  });

  it('shows how agreements and providers stand', async () => {
    const { stdout } = await holdfast('status', '--home', devnet.creatorHome);
    expect(stdout).toContain('Agreement 1: 2+2');
    expect(stdout).toContain('2 more providers may be lost without losing data');
    const [provider] = devnet.providers;
    const status = await holdfast('provider', 'status', '--home', provider?.home ?? '');
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining(`Provider    ${provider?.id} (standard`) });
  });

  it('extends, renews and grows an agreement, and challenges and fires its providers', async () => {
    const { creatorHome } = devnet;
    const before = (await json<{ agreements: { endPeriod: number; slots: { provider: number }[] }[] }>('status', '--home', creatorHome)).agreements[0]!;
    // With nobody to hear the price it is paid all the same, for that is what was said.
    expect(await unread('extend --periods 49 --yes', 'true')).toBe('ended with 0\n');
    expect((await json<{ endPeriod: number }>('extend', '--periods', '1', '--yes', '--home', creatorHome)).endPeriod).toBe(before.endPeriod + 50);
    expect(await json('renew', '--periods', '4', '--top-up', '1', '--home', creatorHome)).toMatchObject({ agreement: 1, pot: String(10n ** 18n) });
    expect(await json('renew', '--take', '--home', creatorHome)).toMatchObject({ pot: '0' });
    expect(await json('grow', '--space', '1MiB', '--max-price', '1', '--home', creatorHome)).toMatchObject({ agreement: 1 });
    expect(await json('challenge', '--slot', '2', '--bundle', '0', '--home', creatorHome)).toMatchObject({ agreement: 1, slot: 2, bundle: 0 });
    const fired = await holdfast('fire', String(before.slots[3]?.provider), '--home', creatorHome);
    expect(fired).toMatchObject({ code: 0, stdout: expect.stringContaining('has notice for slot 3') });
    expect(await json('session', '0x00000000000000000000000000000000000000aa', '--hours', '2', '--home', creatorHome)).toMatchObject({ expiry: expect.any(Number) });
  });

  it('frees what was deleted, and pays what is owed', async () => {
    const { creatorHome } = devnet;
    const refused = await holdfast('retire', '--bundle', '0', '--home', creatorHome);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('still holds parts of "letters"') });
    expect(await json('repair', '--home', creatorHome)).toMatchObject({ agreement: 1, lostBundles: [], moved: [], retired: [] });
    expect(await json('rm', 'letters', '--home', creatorHome)).toMatchObject({ name: 'letters' });
    expect(await json('collect', '--home', creatorHome)).toMatchObject({ forgotten: 2, bundles: [0, 1] });
    const paid = await holdfast('withdraw', '--home', creatorHome);
    expect(paid).toMatchObject({ code: 0, stderr: '' });
    const early = await holdfast('release', '1', '--home', creatorHome);
    expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('Agreement 1 runs until') });
    const closed = await json<{ endPeriod: number; refund: string }>('close', '--yes', '--home', creatorHome);
    expect(BigInt(closed.refund)).toBeGreaterThan(0n);
  });

  it('shows and pays what nodes earn, and lets a provider leave', async () => {
    const home = devnet.providers[0]?.home ?? '';
    expect(await json('provider', 'earnings', '--home', home)).toMatchObject({ provider: devnet.providers[0]?.id, slashed: '0' });
    expect((await holdfast('provider', 'withdraw', '--home', home)).stdout).toMatch(/tokens are settled, [0-9.]+ are paid out/);
    expect((await holdfast('provider', 'exit', '--home', home)).stdout).toContain('leaves');
    expect(await json('provider', 'exit', '--cancel', '--home', home)).toMatchObject({ leaving: false });
    const heavyHome = devnet.heavies[0]?.home ?? '';
    expect(await json('heavy', 'fees', '--home', heavyHome)).toMatchObject({ heavy: devnet.heavies[0]?.id });
    expect((await holdfast('heavy', 'fees', '--withdraw', '--home', heavyHome)).stdout).toContain('rails are settled');
    expect(await holdfast('heavy', 'fees', '--home', home)).toMatchObject({ code: 1, stderr: expect.stringContaining('is a standard node') });
  });

  it('says so when a name is not stored', async () => {
    const { code, stderr } = await holdfast('get', 'nothing', join(folder.path, 'nothing'), '--home', devnet.creatorHome);
    expect(code).toBe(7);
    expect(stderr).toContain('There is no "nothing"');
  });

  it('asks before it pays, and cannot ask without a terminal', async () => {
    const { code, stdout, stderr } = await holdfast('rent', '--home', devnet.creatorHome, '--scheme', '2+2', '--space', '1MiB', '--batch', '64KiB');
    expect(stdout).toContain('Cost');
    expect(stderr).toContain('Give --yes.');
    expect(code).toBe(2);
    const stopped = await onTerminal(['rent', '--home', devnet.creatorHome, '--scheme', '2+2', '--space', '1MiB', '--batch', '64KiB'], { HOLDFAST_PASSWORD: devnet.password }, (text) => (/\[y\/N\] $/.test(text) ? '\u0003' : undefined));
    expect(stopped).toMatchObject({ code: 130, text: expect.stringContaining('nothing was paid') });
  });

  describe('in an agreement of its own', () => {
    const own = ['--batch', '128KiB'] as const;
    const at = (...words: string[]) => [...words, '--home', devnet.creatorHome];
    const text = Array.from({ length: 30_000 }, (_, i) => `line ${i} says ${(i * 7919) % 1009}\n`).join('');
    let data: string;

    it('shows the quote with each provider\'s share and signs nothing; then keeps to the cap', async () => {
      const terms = ['rent', '--scheme', '2+2', '--space', '12MiB', ...own];
      const quoted = await json<{ cost: string; bytesPerProvider: string; spaceBytes: string; isEnough: boolean }>(...at(...terms, '--dry-run'));
      expect(quoted).toMatchObject({ dryRun: true, k: 2, m: 2, isEnough: true, bytesPerProvider: String(BigInt(quoted.spaceBytes) / 2n) });
      const shown = await holdfast(...at(...terms, '--dry-run'));
      expect(shown.stdout).toMatch(/Each +provider keeps 6\.0 MiB: the space \/ 2/);
      expect(shown.stdout).toContain('Nothing was signed or paid.');
      expect((await json<{ agreements: unknown[] }>(...at('status', '--no-objects'))).agreements).toHaveLength(1);
      const capped = await holdfast(...at(...terms, '--max-cost', '0.000000000001', '--yes'));
      expect(capped).toMatchObject({ code: 8, stderr: expect.stringContaining('above the limit') });
      expect(await json(...at(...terms, '--max-cost', '100', '--yes'))).toMatchObject({ agreement: 2 });
    });

    it('stores standard input, and gives it back: whole, in ranges, by ContentID', async () => {
      const put = await runCli(at('put', '-', '--name', 'notes/today.txt', ...own, '--compression', 'gzip:9', '--json', '--progress', 'json'), { env: { HOLDFAST_PASSWORD: devnet.password }, stdin: text });
      expect(put.code).toBe(0);
      const stages = put.stderr.trim().split('\n').map((line) => (JSON.parse(line) as { progress: { stage: string } }).progress.stage);
      expect(stages).toEqual(expect.arrayContaining(['encode', 'commit']));
      const { contentId } = JSON.parse(put.stdout) as { contentId: string };
      const read = (...words: string[]) => holdfast(...at('get', ...words));
      const [whole, range, last, byId, json2] = await Promise.all([
        read('notes/today.txt', '-', '--quiet'),
        read('notes/today.txt', '-', '--range', '5-14', '--quiet'),
        read('notes/today.txt', '-', '--range', '-7', '--quiet'),
        read(contentId, '-', '--quiet'),
        read('notes/today.txt', '-', '--json'),
      ]);
      expect(whole).toEqual({ code: 0, stdout: text, stderr: '' });
      expect(range.stdout).toBe(text.slice(5, 15));
      expect(last.stdout).toBe(text.slice(-7));
      expect(byId.stdout).toBe(text);
      expect(json2.code).toBe(2);
      expect(await read('notes/today.txt', '-', '--range', '99999999-')).toMatchObject({ code: 1, stdout: '' });
      const inside = await json<{ entries: { path: string; size: number; storedBytes: number }[] }>(...at('ls', 'notes/today.txt'));
      expect(inside.entries).toMatchObject([{ path: 'today.txt', size: text.length }]);
      expect(inside.entries[0]!.storedBytes).toBeLessThan(text.length / 2);
    });

    it('stores what the settings say: other sizes, and a tar that a tar reads', async () => {
      data = join(folder.path, 'tree');
      await mkdir(join(data, 'below'), { recursive: true });
      await writeFile(join(data, 'below', 'text'), text);
      await writeFile(join(data, 'noise'), randomBytes(300_000));
      const preview = await json<{ batches: number; sendBytes: number }>(...at('put', data, ...own, '--compression', 'none', '--dry-run'));
      expect(preview).toMatchObject({ dryRun: true, unchanged: false, fits: true, cost: '0' });
      expect(preview.sendBytes).toBe(preview.batches * 4 * 65_536);
      const stored = await json<{ stats: { storedBytes: number }; bundle: number }>(...at('put', data, ...own, '--compression', 'none', '--chunk', 'fixed:64KiB'));
      expect(stored.stats.storedBytes).toBeGreaterThan(text.length + 300_000);
      const packed = await json<{ stats: { storedBytes: number } }>(...at('put', data, ...own, '--name', 'packed', '--archive', 'tar', '--compression', 'zstd:19', '--no-dedupe'));
      expect(packed.stats.storedBytes).toBeLessThan(stored.stats.storedBytes - text.length / 2);

      for (const words of [['packed', '-'], ['tree', '-', '--archive', 'tar']]) {
        const script = `"${process.execPath}" "${MAIN}" get ${words.join(' ')} --home "${devnet.creatorHome}" --quiet | tar -x -O -f - below/text | cksum`;
        const [fromTar, original] = await Promise.all([bash(script), bash(`cksum < "${join(data, 'below', 'text')}"`)]);
        expect(fromTar).toBe(original);
      }
      // A reader that has enough is no failure.
      expect(await unread('get tree - --archive tar --quiet', 'head -c 16 > /dev/null')).toBe('ended with 0\n');
      expect(await holdfast(...at('get', 'tree', '-'))).toMatchObject({ code: 1, stderr: expect.stringContaining('--archive tar') });
    });

    it('leaves alone what is there already, as it is told', async () => {
      const into = join(folder.path, 'again');
      expect(await json(...at('get', 'tree', into))).toMatchObject({ restored: 3, kept: 0 });
      await writeFile(join(into, 'noise'), 'mine');
      expect(await holdfast(...at('get', 'tree', into, '--existing', 'refuse'))).toMatchObject({ code: 8, stderr: expect.stringContaining('2 files are in') });
      expect(await json(...at('get', 'tree', into, '--existing', 'keep'))).toMatchObject({ kept: 2 });
      expect(await readFile(join(into, 'noise'), 'utf8')).toBe('mine');
      expect(await json(...at('get', 'tree', into, '--existing', 'newer'))).toMatchObject({ kept: 2 });
      expect(await json(...at('get', 'tree', into, '--path', 'noise'))).toMatchObject({ restored: 1, kept: 0 });
      expect((await readFile(join(into, 'noise'))).length).toBe(300_000);
    });

    it('draws who holds what, and completes names from the local list in a real shell', async () => {
      const { objects } = await json<{ objects: { name: string; sizeBytes: number; parts: { agreement: number; map: string; spare: number; regions: number[] }[] }[] }>(...at('status'));
      expect(objects.map(({ name }) => name)).toEqual(['notes/today.txt', 'packed', 'tree']);
      for (const { parts } of objects) expect(parts).toMatchObject([{ agreement: 2, map: expect.stringMatching(/^[#+~]{4}$/), spare: 2 }]);
      const shown = await holdfast(...at('status', 'tree'));
      expect(shown.stdout).toMatch(/tree +1 +\S+ [KM]iB +2 +\[[#+~]{4}\] +2 /);
      expect(await holdfast(...at('status', 'no such'))).toMatchObject({ code: 7 });
      const long = await json<{ name: string; files: number; sizeBytes: number }[]>(...at('ls', '--long'));
      expect(long.find(({ name }) => name === 'tree')).toMatchObject({ files: 2, sizeBytes: text.length + 300_000 });

      const shell = `holdfast() { "${process.execPath}" "${MAIN}" "$@"; }
        eval "$(holdfast completion bash)"
        complete_for() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _holdfast; printf '%s\\n' "\${COMPREPLY[@]}"; }
        complete_for holdfast get --home "${devnet.creatorHome}" not
        complete_for holdfast stat
        complete_for holdfast put --comp`;
      expect((await bash(shell)).split('\n').filter((line) => line !== '')).toEqual(['notes/today.txt', 'status', '--compression']);
    });

    it('stops at the first Ctrl-C, says how to go on, and goes on', async () => {
      const large = join(folder.path, 'large');
      await writeFile(large, randomBytes(5_000_000));
      const args = at('put', large, ...own, '--progress', 'json');
      const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOLDFAST_PASSWORD: devnet.password } });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (piece: string) => {
        stderr += piece;
        if (/"stage":"(encode|send)"/.test(stderr) && !child.killed) child.kill('SIGINT');
      });
      const [code] = (await once(child, 'close')) as [number];
      expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining('goes on where it stopped') });
      expect(stderr).toContain('a second one ends at once');
      expect((await json<{ name: string }[]>(...at('ls'))).map(({ name }) => name)).not.toContain('large');
      expect(await json(...at('put', large, ...own))).toMatchObject({ unchanged: false, lost: [] });
    });

    it('shows what would be paid, for everything that pays', async () => {
      const dry = (...words: string[]) => json<{ cost: string; isEnough: boolean }>(...at(...words, '--dry-run'));
      const [extend, grow, renew, topUp, challenge, tokens] = await Promise.all([
        dry('extend', '--agreement', '2', '--periods', '2'),
        dry('grow', '--agreement', '2', '--space', '1MiB', '--max-price', '1'),
        dry('auto-renew', '--agreement', '2', '--periods', '4', '--top-up', '1'),
        dry('top-up', '0.5', '--agreement', '2'),
        dry('challenge', '--agreement', '2', '--slot', '1', '--bundle', '0'),
        json(...at('tokens', '--buy', '1', '--dry-run')),
      ]);
      for (const one of [extend, grow, challenge]) expect(BigInt(one.cost)).toBeGreaterThan(0n);
      expect(renew).toMatchObject({ dryRun: true, cost: String(10n ** 18n), isEnough: true });
      expect(topUp).toMatchObject({ cost: String(5n * 10n ** 17n) });
      expect(tokens).toMatchObject({ dryRun: true, tokens: String(1000n * 10n ** 18n), isEnough: true });
      expect(await json(...at('renew', '--agreement', '2'))).toMatchObject({ pot: '0' });
    });
  });
});

async function bash(script: string): Promise<string> {
  const child = spawn('bash', ['--norc', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, HOLDFAST_PASSWORD: password } });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => void (stdout += piece));
  await once(child, 'close');
  return stdout;
}
