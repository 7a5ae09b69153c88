/** Telling the network what is here. Who is told, and how, is the network's matter. */
import { hexToBytes } from 'viem';
import type { Hex } from 'viem';
import { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import { create } from 'multiformats/hashes/digest';
import { sha256 } from 'multiformats/hashes/sha2';

export interface Announcer {
  /** This node serves the content. Called again when it was pulled again; what is dropped fades by itself. */
  announce(contentId: string): Promise<void>;
}

/** A batch's id is a SHA-256: as a CID it is a key that a DHT takes. All fragments of a batch share it. */
export function batchContentId(batchId: Hex): string {
  return CID.createV1(raw.code, create(sha256.code, hexToBytes(batchId))).toString();
}

export function announceBatch(announcer: Announcer, batchId: Hex): Promise<void> {
  return announcer.announce(batchContentId(batchId));
}
