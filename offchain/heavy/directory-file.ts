/** The directory's copy on disk: a large registry takes a while to read, and a restart should not wait for it. Losing it costs only that. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Hex } from 'viem';
import { z } from 'zod';
import type { NodeState } from '../chain/node-state.ts';
import type { Chain } from '../chain/types.ts';
import { address, amount, hash, uint16, uint32 } from '../wire/fields.ts';
import { toJson } from '../wire/json.ts';
import { ENDPOINT_CHARACTERS } from '../wire/limits.ts';
import { Tier } from '../wire/messages.ts';

export interface KeptDirectory {
  /** The last block that it knows. */
  readonly block: bigint;
  readonly hash: Hex;
  readonly nodes: readonly NodeState[];
}

const Node = z.object({
  id: uint32, operator: address, payout: address, tier: Tier, region: uint16, parent: uint32, endpoint: z.string().max(ENDPOINT_CHARACTERS),
  stake: amount, queued: amount, required: amount, owed: amount, faulted: z.boolean(),
});
const File = z.object({ market: z.string(), block: amount, hash, nodes: z.array(Node) });

/** Undefined when there is none, it is damaged, or of another market. */
export async function loadDirectory(path: string, chain: Chain): Promise<KeptDirectory | undefined> {
  try {
    const file = File.parse(JSON.parse(await readFile(path, 'utf8')));
    return file.market === nameOf(chain) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Written beside and renamed, so that a crash leaves the old one. */
export async function saveDirectory(path: string, chain: Chain, kept: KeptDirectory): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  await writeFile(part, toJson({ market: nameOf(chain), ...kept }));
  await rename(part, path);
}

/** A devnet that starts anew has the same addresses and another genesis. */
function nameOf({ deployment, clock }: Chain): string {
  return `${deployment.chainId}/${deployment.market.toLowerCase()}/${clock.genesis}`;
}
