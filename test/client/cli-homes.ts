/** Home folders for the command line, beside a `World`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { formatDeployment } from '../../offchain/chain/deployment.ts';
import { runCli } from '../cli/run-cli.ts';
import type { World } from './world.ts';

export const holdfast = (...args: string[]) => runCli(args, { env: { HOLDFAST_PASSWORD: 'correct horse battery staple' } });

export async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await holdfast(...args, '--json');
  expect(`${code} ${stderr}${code === 0 ? '' : stdout}`).toBe('0 ');
  return JSON.parse(stdout) as T;
}

/** With a configuration, and the wallet of a devnet account where one is named. */
export async function cliHome(world: World, name: string, account?: number): Promise<string> {
  const home = join(world.folder, name);
  await mkdir(home);
  await writeFile(join(home, 'deployment.json'), formatDeployment(world.holdfast.deployment));
  await writeFile(join(home, 'config.json'), JSON.stringify({ network: { rpc: [world.holdfast.rpcUrl] } }));
  if (account === undefined) return home;
  const key = Buffer.from(devAccount(account, DEV_CHAIN_ID).getHdKey().privateKey ?? []).toString('hex');
  await writeFile(join(world.folder, 'key'), `0x${key}`, { mode: 0o600 });
  const made = await holdfast('init', '--home', home, '--private-key-file', join(world.folder, 'key'), '--light-scrypt');
  expect(made.code, made.stderr).toBe(0);
  return home;
}
