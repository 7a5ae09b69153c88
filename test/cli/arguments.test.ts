import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAIN, callCli, runCli, temporaryFolder } from './run-cli.ts';

const VERBS = ['init', 'tokens', 'rent', 'put', 'get', 'ls', 'status', 'provider', 'heavy', 'devnet', 'demo'];

describe('arguments', { timeout: 30_000 }, () => {
  it('explains every verb', async () => {
    const { code, stdout } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const verb of VERBS) expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'));
  });

  it('prints its version, and leaves get --version to the stored versions', async () => {
    const own = await runCli(['--version']);
    expect(own).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    const stored = await runCli(['get', 'name', 'into', '--version', 'x']);
    expect(stored).toMatchObject({ code: 2, stderr: expect.stringContaining('"x" is not a version') });
  });

  it.each([
    ['an unknown verb', ['frobnicate'], 'unknown command'],
    ['an unknown option', ['ls', '--frobnicate'], 'unknown option'],
    ['a missing argument', ['get', 'only-a-name'], "missing required argument 'into'"],
    ['no size', ['rent', '--space', 'much'], '"much" is no size.'],
    ['a batch that is no power of two', ['rent', '--space', '1GiB', '--batch', '3MiB'], 'A batch of 3MiB is not possible.'],
    ['a scheme without parity', ['rent', '--space', '1GiB', '--scheme', '4+0'], '"4+0" is no scheme.'],
    ['a supplier count without a preset', ['rent', '--space', '1GiB', '--suppliers', '5'], 'no recommended scheme for 5'],
    ['both a scheme and a supplier count', ['rent', '--space', '1GiB', '--suppliers', '13', '--scheme', '2+2'], 'exclude each other'],
    ['paying blindly', ['rent', '--space', '1GiB', '--yes'], 'Say with --max-price'],
    ['several paths without a name', ['put', 'a', 'b'], 'Give --name.'],
    ['a path that is not there', ['put', '/no/such/path'], 'ENOENT'],
    ['no amount', ['tokens', '--buy', 'some'], '"some" is no amount.'],
    ['a key for what can be no bucket', ['gateway', 'keys', 'add', '--bucket', 'No Bucket'], '"No Bucket" can be no bucket'],
    ['a name that shares keep', ['put', '.', '--name', '.holdfast/x'], 'Take another name.'],
    ['too few providers for the demo', ['demo', '--providers', '3'], 'is not a number of providers from 16'],
  ])('refuses %s with exit code 2 and one sentence', async (_what, args, sentence) => {
    const { code, said } = await callCli(args);
    expect(code).toBe(2);
    expect(said).toContain(sentence);
    expect(said).not.toMatch(/^\s+at /m);
  });

  it.skipIf(!existsSync('/dev/full'))('says when nobody could write what it says, and nothing when nobody reads it', () => {
    // The braces begin to run while `true` ends.
    const run = (rest: string) => spawnSync('bash', ['-c', `exec 3>&1; { '${process.execPath}' '${MAIN}' help exit-codes 2>&3 ${rest}`], { encoding: 'utf8' }).stdout;
    expect(run('; echo "ended with $?" >&3; } | true')).toBe('ended with 0\n');
    expect(run('> /dev/full; echo "ended with $?" >&3; }')).toMatch(/^holdfast: Standard output could not be written \(ENOSPC.*\)\. .*\nended with 1\n$/);
  });

  it('names an unknown configuration key', async () => {
    await using home = await temporaryFolder();
    await writeFile(join(home.path, 'config.json'), JSON.stringify({ network: { rpcs: ['http://127.0.0.1:1'] } }));
    const { code, stderr } = await runCli(['tokens', '--home', home.path]);
    expect(code).toBe(2);
    expect(stderr).toContain('rpcs');
    expect(stderr).toContain(join(home.path, 'config.json'));
  });

  it('names the section that a service needs', async () => {
    await using home = await temporaryFolder();
    const { code, stderr } = await runCli(['provider', 'start', '--home', home.path]);
    expect(code).toBe(2);
    expect(stderr).toContain('has no section "provider"');
  });
});
