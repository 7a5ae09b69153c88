/** Telling heavy nodes where public content lies, so that others adopt it instead of storing it again. */
import { placesOf } from '../../chain/location-standing.ts';
import { readRenewal } from '../../chain/pot.ts';
import { utf8 } from '../../codec/bytes.ts';
import { requestJson } from '../../wire/http-client.ts';
import { KEPT_LOCATION_BYTES, KeptReply } from '../../wire/kept-content.ts';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { AgreementError, messageOf } from '../errors.ts';
import { locate } from '../named/locate.ts';
import { askThem, heaviesFor } from './ask-heavies.ts';
import { NotOfferedError } from './errors.ts';

export interface Announced {
  readonly name: string;
  readonly contentId: string;
  readonly endPeriod: number;
  /** Heavy nodes that took it up. */
  readonly heavies: number;
}

const TIMEOUT_MS = 15_000;

/**
 * Gives everybody the keys of the batches that hold it. Of one's own, or what one adopted and pays for.
 * @throws NoSuchObjectError, NotPublicError, AgreementError NOT_LOCKED, NotOfferedError, RpcUnavailableError, AbortedError
 */
export function announce(client: Client, options: { readonly name: string; readonly version?: number | undefined; readonly signal?: AbortSignal | undefined }): Promise<Announced> {
  const { name, signal } = options;
  return abortable(`Announcing ${JSON.stringify(name)}`, signal, async () => {
    const location = await locate(client, options);
    const { contentId } = location;
    for (const id of placesOf(location).agreements) {
      if (!(await readRenewal(client.chain, id)).isLocked) throw new AgreementError('NOT_LOCKED', `Agreement ${id} is not locked: what others paid for could be deleted.`, 'Run `holdfast lock` first; it is for good.', { agreement: id });
    }
    const size = utf8(JSON.stringify(location)).length;
    if (size > KEPT_LOCATION_BYTES) throw new NotOfferedError(contentId, [`its location has ${size} bytes, and ${KEPT_LOCATION_BYTES} are taken`]);
    const headers = await client.sessions.headers(location.manifest.agreement);
    const { answers, failures } = await askThem(await heaviesFor(client, contentId), (url) => requestJson(`${url}/contents/${contentId}`, { method: 'PUT', headers, body: location, schema: KeptReply, timeoutMs: TIMEOUT_MS, signal }));
    const [first] = answers;
    if (first === undefined) throw new NotOfferedError(contentId, failures.map(({ url, error }) => `${url}: ${messageOf(error)}`));
    return { name, contentId, endPeriod: first.endPeriod, heavies: answers.length };
  });
}
