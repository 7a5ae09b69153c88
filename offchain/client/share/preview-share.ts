/** What sharing something would do, without doing it. */
import type { Address } from 'viem';
import { encodeGrant } from '../../codec/grant.ts';
import { sealBody } from '../../codec/grant-box.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { messageOf } from '../errors.ts';
import { buildGrant } from './build-grant.ts';
import { INLINE_BYTES } from './grant-value.ts';
import { membersOf } from './members.ts';
import { findShareKey } from './share-key.ts';
import { type ShareOptions, draftShare } from './share.ts';

export interface SharePreview {
  readonly label: string;
  readonly objects: number;
  readonly sizeBytes: number;
  readonly withLink: boolean;
  /** Unix seconds; 0: never. */
  readonly expiry: number;
  readonly to: readonly Address[];
  /** Who could not be given it as things are. */
  readonly failed: readonly { readonly address: Address; readonly reason: string }[];
  /** Closed. */
  readonly grantBytes: number;
  /** True: too large for a letter, so it is stored in the creator's space. */
  readonly storesFile: boolean;
}

/** Throws as `share` does for what cannot be shared at all. */
export function previewShare(client: Client, options: ShareOptions): Promise<SharePreview> {
  const { target, signal, withLink = false, expirySeconds = 0 } = options;
  return abortable(`Looking at what sharing ${JSON.stringify(target.name)} would do`, signal, async () => {
    const { book, note, versions } = await draftShare(client, options);
    const grant = await buildGrant(client, target, versions, signal);
    const { platform } = client;
    const grantBytes = (await sealBody(platform, platform.randomBytes(32), encodeGrant(grant))).length;
    const to: Address[] = [];
    const failed: { address: Address; reason: string }[] = [];
    for (const { address, publicKey } of membersOf(book, note)) {
      const reason = publicKey !== undefined ? undefined : await findShareKey(client, address, signal).then(() => undefined, messageOf);
      signal?.throwIfAborted();
      if (reason === undefined) to.push(address);
      else failed.push({ address, reason });
    }
    return {
      label: grant.label, objects: grant.objects.length, sizeBytes: grant.objects.flatMap(({ manifest }) => manifest.entries).reduce((sum, { size }) => sum + size, 0),
      withLink, expiry: expirySeconds, to, failed, grantBytes, storesFile: grantBytes > INLINE_BYTES,
    };
  });
}
