import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { currentEpoch } from '../../../chain/current-epoch.ts';
import { readAgreement } from '../../../chain/read-agreement.ts';
import { hasProved } from '../../../chain/read-proofs.ts';
import { requestJson } from '../../../wire/http-client.ts';
import { ProviderStatus } from '../../../wire/messages.ts';
import type { NetworkNode } from '../../devnet/network.ts';
import { proofsSent } from '../chain-facts.ts';
import { restoreElsewhere } from '../restore-elsewhere.ts';
import { StoryError, must } from '../story.ts';
import type { Figures, Story } from '../story.ts';
import { until } from '../until.ts';

const LEAF_BYTES = 256;
const NOTICE = /no longer matches its committed root/;

/** A disk goes bad at one provider: it notices before it sends a proof, and a reader goes round it. */
export async function corruptStep(story: Story): Promise<Figures> {
  const { chain } = story;
  const { node, slot } = await dataHolder(story);
  const proven = await until(`a proof of provider ${node.id}`, {
    timeoutSeconds: 4 * chain.clock.epochSeconds,
    ask: async () => {
      const epoch = await currentEpoch(chain);
      return (await hasProved(chain, node.id, epoch)) ? epoch : undefined;
    },
  });
  const files = await flipBytes(join(node.home, 'provider', 'fragments'));
  must(files > 0, () => `provider ${node.id} stores no fragment`);
  const block = await chain.ask('the latest block', (client) => client.getBlockNumber());

  // Read at once: what one provider has lost its heavy node soon brings back, and then there is nothing to go round.
  const restoring = restoreElsewhere(story, 'restored-again');
  const noticing = until(`the notice of provider ${node.id} that its disk is bad`, {
    timeoutSeconds: 4 * chain.clock.epochSeconds,
    ask: async () => {
      const { lastProof } = await requestJson(`${node.url}/status`, { schema: ProviderStatus });
      const isNew = lastProof !== undefined && lastProof.epoch > proven && !lastProof.ok;
      return isNew && NOTICE.test(lastProof.error ?? '') ? lastProof.error : undefined;
    },
  });

  const [notice, restored] = await Promise.all([noticing, restoring]);
  must(restored.differences.length === 0, () => `the restored tree differs: ${restored.differences.join('; ')}`);
  must(restored.avoided.some(({ provider }) => provider === node.id), () => `the reader did not name provider ${node.id} as avoided`);
  const sent = await proofsSent(chain, { from: node.account.address, after: block });
  must(sent === 0, () => `provider ${node.id} sent ${sent} proofs with bad data`);
  return { provider: node.id, slot, fragments: files, notice, proofsSent: sent, ...restored };
}

/** A living provider whose slot holds data, not parity: a reader asks it first. */
async function dataHolder({ chain, creator, network }: Story): Promise<{ node: NetworkNode; slot: number }> {
  const { slots, k } = await readAgreement(chain, creator.agreement);
  for (const { slot, provider } of slots) {
    const node = network.providers.find(({ id, process }) => id === provider && process.isRunning);
    if (slot < k && node !== undefined) return { node, slot };
  }
  throw new StoryError('no data slot is held by a running provider');
}

/** One byte of every leaf of every fragment; the trees beside them stay. */
async function flipBytes(folder: string): Promise<number> {
  let files = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.tree')) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    for (let at = LEAF_BYTES / 2; at < bytes.length; at += LEAF_BYTES) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    await writeFile(path, bytes);
    files += 1;
  }
  return files;
}
