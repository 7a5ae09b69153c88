import { z } from 'zod';

const seconds = (least: number, most: number) => z.number().int().min(least).max(most);
const cid = z.string().min(8).max(256);

/** How the IPFS gateway runs. Unknown keys are errors. */
export const IpfsSettings = z.strictObject({
  /** Also sends files as they are, with ranges and types, and lists of folders: easy for browsers, and nothing that they can verify. */
  deserialize: z.boolean().default(false),
  /** Public names whose content is served too, such as `/a.com/izone.mp4`. */
  names: z.array(z.string().min(1).max(4_096)).max(1_024).default([]),
  /** Asks heavy nodes for CIDs that are not known here, and serves what they lead to. */
  network: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Contents of others whose index is kept; the one that was asked for longest ago goes first. */
      maxContents: z.number().int().min(1).max(100_000).default(256),
      /** Of one content: a larger one is not served. */
      maxBytes: z.number().int().min(1).default(2 ** 40),
      searchesAtOnce: z.number().int().min(1).max(64).default(4),
      /** A CID that nobody knew is not asked for again within that time. */
      unknownSeconds: seconds(1, 86_400).default(60),
    })
    .prefault({}),
  /** CIDs that are not served, as the root or on the way of a path: 410, or 451 for legal reasons. */
  denied: z.array(z.strictObject({ cid, status: z.union([z.literal(410), z.literal(451)]).default(410), reason: z.string().max(500).optional() })).max(100_000).default([]),
  /** How often the owner's catalog and the names are looked at. */
  refreshSeconds: seconds(1, 86_400).default(30),
  requestsAtOnce: z.number().int().min(1).max(10_000).default(64),
  /** A block that takes longer is given up (504). */
  blockSeconds: seconds(1, 3_600).default(60),
  /** A client that takes no piece of a block's size within that time is cut off. */
  stallSeconds: seconds(1, 3_600).default(60),
  /** `Access-Control-Allow-Origin`; '' sends none. What is served is public, but reading it may cost the owner money. */
  allowOrigin: z.string().max(256).default('*'),
});

export type IpfsSettings = z.infer<typeof IpfsSettings>;
export type IpfsSettingsInput = z.input<typeof IpfsSettings>;
