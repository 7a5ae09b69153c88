import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareTrees } from './compare-trees.ts';
import type { Comparison } from './compare-trees.ts';
import { STORED_NAME, StoryError } from './story.ts';
import type { Story } from './story.ts';

export interface Restored extends Comparison {
  readonly seconds: number;
  readonly avoided: readonly { readonly provider: number; readonly reason: string }[];
}

/** `holdfast get` in a process of its own with a new home folder: the keystore, the deployment file and an RPC address are all it has. */
export async function restoreElsewhere({ network, creator, sourceFolder }: Story, name: string): Promise<Restored> {
  const home = join(network.folder, `${name}-home`);
  const into = join(network.folder, name);
  await mkdir(home);
  await copyFile(join(creator.home, 'keystore.json'), join(home, 'keystore.json'));
  const startMs = Date.now();
  const child = await network.supervisor.run({
    name: `get-${name}`,
    args: ['get', STORED_NAME, into, '--home', home, '--rpc', network.rpcUrl, '--deployment', network.deploymentPath, '--json'],
    env: { HOLDFAST_PASSWORD: network.password },
  });
  const seconds = (Date.now() - startMs) / 1000;
  const reply = lastJson(child.stdout);
  if (child.code !== 0 || reply === undefined) throw new StoryError(`holdfast get ended with ${child.code}: ${child.stdout || child.stderr}`);
  const comparison = await compareTrees(sourceFolder, into);
  return { ...comparison, seconds, avoided: (reply['avoided'] as Restored['avoided']).map(({ provider, reason }) => ({ provider, reason })) };
}

function lastJson(text: string): Record<string, unknown> | undefined {
  const line = text.split('\n').findLast((one) => one.startsWith('{'));
  return line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>);
}
