/** Bodies of the requests between peers. */
import { z } from 'zod';
import { id } from '../wire/fields.ts';
import { ENDPOINT_CHARACTERS } from '../wire/limits.ts';
import { NEIGHBOURS_TOLD } from './limits.ts';

const ADDRESSES_MAX = 16;
const ADDRESS_CHARACTERS = 256;

const addresses = z.array(z.string().max(ADDRESS_CHARACTERS)).max(ADDRESSES_MAX);

/** How a heavy node's peer is reached: GET /peer of its HTTP interface, and what heavy nodes tell about each other. */
export const PeerCard = z.object({ node: id, addresses });
export type PeerCard = z.infer<typeof PeerCard>;

/** `load`: 0 (nobody is attached) to 1 (full). `url`: its own HTTP service. */
export const HelloReply = z.object({
  node: id,
  load: z.number().min(0).max(1),
  neighbours: z.array(PeerCard).max(NEIGHBOURS_TOLD),
  url: z.url({ protocol: /^https?$/ }).max(ENDPOINT_CHARACTERS).optional(),
});
export type HelloReply = z.infer<typeof HelloReply>;

/** `url`: where the light node thinks that its HTTP service is reached; absent when it has none. */
export const AttachRequest = z.object({ url: z.string().max(ENDPOINT_CHARACTERS).optional() });
export type AttachRequest = z.infer<typeof AttachRequest>;

/** `isReachable`: what calling `url` back showed. `relayUrl`: where this heavy node carries requests to it. */
export const AttachReply = HelloReply.extend({
  leaseMs: z.number().int().min(100).max(3_600_000),
  isReachable: z.boolean().optional(),
  relayUrl: z.string().max(ENDPOINT_CHARACTERS).optional(),
});
export type AttachReply = z.infer<typeof AttachReply>;

export const Published = z.object({ isNew: z.boolean() });
export const Nothing = z.object({});

