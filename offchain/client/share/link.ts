/** Links: whose, which, and the secret behind the #, which browsers send to no server. */
import { bytesToHex, hexToBytes, isAddress, isHex } from 'viem';
import type { Address, Hex } from 'viem';
import { fromBase64, toBase64Url } from '../../codec/base64.ts';
import { BadLinkError } from './errors.ts';

export interface ShareLink {
  readonly owner: Address;
  readonly id: Hex;
  /** 32 bytes. */
  readonly secret: Hex;
  /** The heavy node that an http form names. */
  readonly host?: string | undefined;
}

const SCHEME = 'holdfast:';

/** `holdfast://shared/OWNER/ID#SECRET`, or with a heavy node's address in front. */
export function linkText({ owner, id, secret, host }: ShareLink): string {
  const fragment = toBase64Url(hexToBytes(secret));
  return `${host === undefined ? 'holdfast://shared' : `${host.replace(/\/$/, '')}/shared`}/${owner}/${id}#${fragment}`;
}

export function isLink(text: string): boolean {
  return text.startsWith('holdfast://') || (/^https?:\/\//.test(text) && text.includes('/shared/'));
}

/** @throws BadLinkError */
export function parseLink(text: string): ShareLink {
  if (!isLink(text.trim())) throw new BadLinkError('it does not begin with holdfast:// or the address of a heavy node');
  const url = URL.parse(text.trim());
  if (url === null) throw new BadLinkError('it is no address');
  const isOwn = url.protocol === SCHEME;
  const [owner, id, ...rest] = url.pathname.split('/').filter((part) => part !== '').slice(isOwn ? 0 : 1);
  if (owner === undefined || id === undefined || rest.length > 0) throw new BadLinkError('a part of it is missing');
  if (!isAddress(owner, { strict: false })) throw new BadLinkError('it does not say whose it is');
  if (!isHex(id) || id.length !== 66) throw new BadLinkError('its number is cut or garbled');
  const secret = fromBase64(url.hash.slice(1));
  if (url.hash.length !== 44 || secret?.length !== 32) throw new BadLinkError('the secret behind the # is missing, cut or garbled');
  return { owner, id, secret: bytesToHex(secret), host: isOwn ? undefined : url.origin };
}
