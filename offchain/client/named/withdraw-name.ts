/** Takes back what a public name stands for. Whoever has read it has its keys: only retiring the bundle deletes it. */
import { zeroHash } from 'viem';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { NoSuchPublicNameError } from './errors.ts';
import { ownersByName } from './look-up.ts';
import { type PublishResult, publishRecord } from './publish-record.ts';

/** @throws as `publishName` does; NoSuchPublicNameError when nobody has claimed it */
export function withdrawName(client: Client, options: { readonly name: string; readonly signal?: AbortSignal | undefined }): Promise<PublishResult> {
  return abortable(`Withdrawing ${options.name}`, options.signal, async () => {
    const { name, owners } = await ownersByName(client, options.name);
    if (owners.length === 0) throw new NoSuchPublicNameError(name, 'nobody has claimed it');
    return publishRecord(client, { name, contentId: '', root: zeroHash, value: JSON.stringify({ kind: 'withdrawn' }), expiry: 0, signal: options.signal });
  });
}
