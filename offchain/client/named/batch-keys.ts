/** Keys that unseal single batches: giving them away, and reading with those that one was given. */
import { bytesToHex, hexToBytes } from 'viem';
import { concat } from '../../codec/bytes.ts';
import { recordSpans } from '../../codec/pack.ts';
import type { ChunkRef } from '../../codec/types.ts';
import type { BatchKeys } from '../../wire/named.ts';
import type { Client } from '../client.ts';
import type { BatchPlace } from '../fetch/payload-reader.ts';
import { BadLocationError } from './errors.ts';
import { bundleOf } from './segments.ts';

/** Of the batches that any of the chunks lies in, and of no others. */
export async function batchKeysFor(client: Client, chunks: readonly ChunkRef[]): Promise<BatchKeys[]> {
  const { views } = client;
  const bundles = new Map<string, { readonly agreement: number; readonly bundle: number; readonly batches: Set<number> }>();
  for (const chunk of chunks) {
    const { agreement } = chunk;
    const bundle = bundleOf(chunk);
    const known = bundles.get(`${agreement}/${bundle}`) ?? { agreement, bundle, batches: new Set() };
    bundles.set(`${agreement}/${bundle}`, known);
    for (const { batch } of recordSpans((await views.get(agreement)).geometry, chunk)) known.batches.add(batch);
  }
  const rows: { agreement: number; bundle: number; batch: number; keys: Uint8Array[] }[] = [];
  for (const { agreement, bundle, batches } of [...bundles.values()].sort((a, b) => a.agreement - b.agreement || a.bundle - b.bundle)) {
    const described = await client.reader.describe(await views.get(agreement), bundle);
    for (const batch of [...batches].sort((a, b) => a - b)) {
      const batchId = described.batches[batch]?.batchId;
      if (batchId === undefined) throw new RangeError(`bundle ${bundle} of agreement ${agreement} has no batch ${batch}`);
      const key = await client.batchKey({ agreement, bundle, batch, batchId });
      const last = rows.at(-1);
      // Keys of batches that follow each other in one row.
      if (last !== undefined && last.agreement === agreement && last.bundle === bundle && last.batch + last.keys.length === batch) last.keys.push(key);
      else rows.push({ agreement, bundle, batch, keys: [key] });
    }
  }
  return rows.map(({ keys, ...place }) => ({ ...place, keys: bytesToHex(concat(...keys)) }));
}

/** `what`: of which object, for messages. @throws BadLocationError for a batch that was not given */
export function keyringOf(given: readonly BatchKeys[], what: string): (place: BatchPlace) => Promise<Uint8Array> {
  const rows = new Map<string, { first: number; keys: Uint8Array }[]>();
  for (const { agreement, bundle, batch, keys } of given) {
    const id = `${agreement}/${bundle}`;
    rows.set(id, [...(rows.get(id) ?? []), { first: batch, keys: hexToBytes(keys) }]);
  }
  return async ({ agreement, bundle, batch }) => {
    const row = rows.get(`${agreement}/${bundle}`)?.find(({ first, keys }) => batch >= first && batch < first + keys.length / 32);
    if (row === undefined) throw new BadLocationError(what, `the key of batch ${batch} in bundle ${bundle} of agreement ${agreement} is missing`);
    return row.keys.slice(32 * (batch - row.first), 32 * (batch - row.first + 1));
  };
}
