/** Bodies of the HTTP interface of public names. */
import { z } from 'zod';
import { hash } from './fields.ts';
import { PUBLIC_NAME_BYTES } from './named-name.ts';
import { VERSIONS_KEPT, NamedRecord, NamedSummary } from './named-record.ts';

/** The reply to PUT /records/:key. `isHead`: it stands at this node. */
export const RecordStored = z.object({ hash, isHead: z.boolean(), isNew: z.boolean() });
export type RecordStored = z.infer<typeof RecordStored>;

/** GET /records/:key, `?version=` and `?hash=`. */
export const RecordReply = z.object({ hash, record: NamedRecord });
export type RecordReply = z.infer<typeof RecordReply>;

/** GET /records/:key/versions: the highest first. */
export const VersionsReply = z.object({ versions: z.array(NamedSummary).max(VERSIONS_KEPT) });
export type VersionsReply = z.infer<typeof VersionsReply>;

/** GET /records?owner=: names whose record here is of that owner. `next`: where the next page begins; null: there is none. */
export const OwnedNames = z.object({ names: z.array(z.string().max(PUBLIC_NAME_BYTES)).max(256), next: hash.nullable() });
export type OwnedNames = z.infer<typeof OwnedNames>;

/** POST /records/offers: all versions that a heavy node has of some names. */
export const RecordOffers = z.object({ names: z.array(z.object({ key: hash, hashes: z.array(hash).max(VERSIONS_KEPT) })).max(256) });
export type RecordOffers = z.infer<typeof RecordOffers>;

/** What the other one lacks of them, and what it has besides. */
export const OffersReply = z.object({ names: z.array(z.object({ key: hash, wanted: z.array(hash).max(VERSIONS_KEPT), besides: z.array(hash).max(VERSIONS_KEPT) })).max(256) });
export type OffersReply = z.infer<typeof OffersReply>;
