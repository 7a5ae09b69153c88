/** The signed pointer to the newest catalog, kept by the heavy nodes under the creator's address. */
import { bytesToHex, hexToBytes, isAddressEqual, keccak256, toHex, type Address } from 'viem';
import { encodeCbor } from '../codec/cbor-writer.ts';
import { decodeCbor, U32_MAX } from '../codec/strict-cbor.ts';
import { requestJson } from '../wire/http-client.ts';
import { NameMessage } from '../wire/messages.ts';
import { recoverTyped, signTyped } from '../wire/typed-data.ts';
import { z } from 'zod';
import type { Client } from './client.ts';
import { askAllHeavies } from './heavies.ts';
import { loadCatalog } from './local-state.ts';

export interface NamePointer {
  readonly agreement: number;
  readonly bundle: number;
  /** The batch that holds the footer. */
  readonly batchId: Uint8Array;
  /** Of the catalog; equal to the record's version. */
  readonly sequence: number;
  /** Inside the signed value too: the copy beside it could be anyone's. */
  readonly keyCheck: Uint8Array;
}

export function encodePointer(pointer: NamePointer): Uint8Array {
  return encodeCbor({ v: 1, ...pointer });
}

/** Throws MalformedError. */
export function decodePointer(bytes: Uint8Array): NamePointer {
  const field = decodeCbor('name record', bytes).fields('v', 'agreement', 'bundle', 'batchId', 'sequence', 'keyCheck');
  field.v.oneOf(1);
  return {
    agreement: field.agreement.integer(1, U32_MAX),
    bundle: field.bundle.integer(0, U32_MAX),
    batchId: field.batchId.bytes(32),
    sequence: field.sequence.integer(1, Number.MAX_SAFE_INTEGER),
    keyCheck: field.keyCheck.bytes(8),
  };
}

/**
 * Tells every heavy node where the newest catalog is. Returns how many took it; the upload is stored whatever they say,
 * because the chain alone suffices to find it.
 */
export async function publishName(client: Client): Promise<{ readonly accepted: number; readonly failures: readonly { url: string; error: unknown }[] }> {
  const { catalog, home, published } = await loadCatalog(client);
  if (home === null || published) return { accepted: 0, failures: [] };
  const { keyCheck } = await client.secrets.keys();
  const view = await client.views.get(home.agreement);
  const last = (await client.reader.describe(view, home.bundle)).batches.at(-1);
  if (last === undefined) return { accepted: 0, failures: [] };
  const value = bytesToHex(encodePointer({ ...home, batchId: last.batchId, sequence: catalog.sequence, keyCheck }));
  const version = catalog.sequence;
  const signature = await signTyped(client.signer, client.chain.domain, 'NameRecord', { creator: client.creator, version, valueHash: keccak256(value) });
  const { answers, failures } = await askAllHeavies(client, (url) =>
    requestJson(`${url}/names/${client.creator}`, { method: 'PUT', body: { version, value, keyCheck: toHex(keyCheck), signature }, schema: z.unknown() }));
  if (answers.length > 0) await client.state.notePublished(client.creator);
  return { accepted: answers.length, failures };
}

/** The record with the highest version that `creator` really signed, or undefined when no heavy node has one. */
export async function findName(client: Client, creator: Address): Promise<NamePointer | undefined> {
  const { answers } = await askAllHeavies(client, async (url) => {
    const { version, value, signature } = await requestJson(`${url}/names/${creator}`, { schema: NameMessage, timeoutMs: client.policy.idleMs });
    const signer = await recoverTyped(client.chain.domain, 'NameRecord', { creator, version, valueHash: keccak256(value) }, signature);
    return isAddressEqual(signer, creator) ? { version, pointer: decodePointer(hexToBytes(value)) } : undefined;
  });
  return answers.filter((one) => one !== undefined).sort((a, b) => b.version - a.version)[0]?.pointer;
}
