/** What a link opens: for anybody, without a wallet where reads are free. */
import { hexToBytes } from 'viem';
import type { Grant } from '../../codec/grant.ts';
import type { Letter } from '../../wire/letter.ts';
import type { PublicReader } from '../named/public-reader.ts';
import { BadLinkError, LinkGoneError } from './errors.ts';
import { linkBodyKey, openGrantBody } from './grant-value.ts';
import { type ShareLink, parseLink } from './link.ts';
import { highest, openLetterAt, readOpenLetter } from './mailbox.ts';

/** @throws BadLinkError, LinkGoneError, BadGrantError, UnrecoverableError, NoHolderAnsweredError, RpcUnavailableError */
export async function openLink(reader: PublicReader, { link, signal }: { readonly link: string; readonly signal?: AbortSignal | undefined }): Promise<Grant> {
  const parsed = parseLink(link);
  const letter = await newest(reader, parsed, signal);
  if (letter === undefined || letter.value === '') throw new LinkGoneError('it has expired, was taken back, or never was');
  if (letter.kind !== 'link' || letter.id.toLowerCase() !== parsed.id.toLowerCase()) throw new BadLinkError('what lies there is no link');
  // Whoever keeps the letter may give it out too long; who reads it honestly does not.
  if (letter.expiry > 0 && letter.expiry <= (await reader.chain.nowSeconds())) throw new LinkGoneError('it has expired');
  const bodyKey = await linkBodyKey(reader.platform, { secret: hexToBytes(parsed.secret), id: letter.id, version: letter.version });
  return openGrantBody(reader, letter, bodyKey, signal);
}

/** Of what the named node and the holders say. */
async function newest(reader: PublicReader, { owner, id, host }: ShareLink, signal: AbortSignal | undefined): Promise<Letter | undefined> {
  const path = `/shared/${owner}/${id}`;
  const [named, held] = await Promise.allSettled([host === undefined ? undefined : openLetterAt(reader, `${host}${path}`, owner, signal), readOpenLetter(reader, owner, path, signal)]);
  if (held.status === 'fulfilled' && held.value !== undefined) {
    const other = named.status === 'fulfilled' ? named.value?.letter : undefined;
    return other !== undefined && other.version > held.value.version ? other : held.value;
  }
  const found = named.status === 'fulfilled' ? named.value : undefined;
  if (found === undefined && held.status === 'rejected') throw held.reason;
  return [...highest(found === undefined ? [] : [found]).values()][0]?.letter;
}
