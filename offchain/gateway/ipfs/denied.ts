/** CIDs that this gateway does not serve, by the owner's word. */
import type { CID } from 'multiformats/cid';
import { hashKey } from '../../client/cid/verify-block.ts';
import { GatewayError } from './errors.ts';
import { requestCid } from './request-cid.ts';
import type { IpfsSettings } from './settings.ts';

export type Denials = (cid: CID) => void;

/** Whatever codec or alphabet a CID is written in: the hash counts. @throws BadRequestError when the settings name something that is no CID */
export function denials(settings: Pick<IpfsSettings, 'denied'>): Denials {
  const denied = new Map(settings.denied.map((one) => [hashKey(requestCid(one.cid)), one]));
  return (cid) => {
    const one = denied.get(hashKey(cid));
    if (one === undefined) return;
    const why = one.status === 451 ? 'is not served, for legal reasons' : 'is not served here any more';
    throw new GatewayError(one.status, 'DENIED', `${cid} ${why}${one.reason === undefined ? '' : ` (${one.reason})`}.`);
  };
}
