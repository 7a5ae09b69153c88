/** Telling the network what is here. Who is told, and how, is the network's matter. */
import type { Hex } from 'viem';
import { batchContentId } from '../wire/content-providers.ts';

export interface Announcer {
  /** This node serves the content. Called again when it was pulled again; what is dropped fades by itself. */
  announce(contentId: string): Promise<void>;
}

export function announceBatch(announcer: Announcer, batchId: Hex): Promise<void> {
  return announcer.announce(batchContentId(batchId));
}
