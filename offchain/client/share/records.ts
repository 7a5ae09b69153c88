/** What a creator keeps about sharing, as notes to itself; closed before they leave this machine. */
import { z } from 'zod';
import { address, bytes, hash, seconds } from '../../wire/fields.ts';

/** One name, or all names that begin with `name`; all of it or what is below `path`; the newest version at any time, or one. */
export const ShareTarget = z.strictObject({
  name: z.string().min(1).max(4_096),
  isPrefix: z.boolean().default(false),
  path: z.string().min(1).max(4_096).optional(),
  version: z.number().int().min(1).optional(),
});
export type ShareTarget = z.infer<typeof ShareTarget>;

const Recipient = z.strictObject({
  address,
  /** Where it was given beforehand; else it is looked up. */
  publicKey: bytes({ sizeBytes: 32 }).optional(),
});
export type Recipient = z.infer<typeof Recipient>;

export const RECIPIENTS_MAX = 256;

export const ShareNote = z.strictObject({
  kind: z.literal('share'),
  id: hash,
  target: ShareTarget,
  recipients: z.array(Recipient).max(RECIPIENTS_MAX),
  groups: z.array(z.string()).max(64),
  /** Members of these groups, or recipients, that get nothing any more. */
  except: z.array(address).max(RECIPIENTS_MAX),
  /** Of the link; null: for addresses only. */
  secret: bytes({ sizeBytes: 32 }).nullable(),
  created: seconds,
  /** 0: never. */
  expiry: seconds,
  /** Version of the letters that were written last. */
  revision: z.number().int().min(0),
  /** Of what was given last; empty: nothing yet. */
  digest: z.string().max(66),
  /** Who has the letters of `revision`. */
  given: z.array(address).max(RECIPIENTS_MAX),
  /** Too large for a letter: the name under which the closed grant is stored. */
  stored: z.string().max(128).nullable(),
  state: z.enum(['active', 'revoked']),
  /** Names that still have to be stored anew, under which generation of keys; null: nothing is under way. */
  rekey: z.strictObject({ names: z.array(z.string()).max(65_536), bundles: z.array(z.string()).max(65_536), generation: z.number().int().min(1) }).nullable(),
});
export type ShareNote = z.infer<typeof ShareNote>;

export const GroupNote = z.strictObject({ kind: z.literal('group'), name: z.string().min(1).max(128), members: z.array(Recipient).max(RECIPIENTS_MAX) });
export type GroupNote = z.infer<typeof GroupNote>;

export const Note = z.discriminatedUnion('kind', [ShareNote, GroupNote]);
export type Note = z.infer<typeof Note>;
