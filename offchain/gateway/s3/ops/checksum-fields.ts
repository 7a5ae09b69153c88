import type { Checksum } from '../../objects/object-store.ts';
import { ALGORITHMS, headerOf } from '../body/checksums.ts';
import type { Algorithm } from '../body/checksums.ts';
import type { Call, HeaderValues } from '../call.ts';
import { S3Error } from '../errors.ts';
import { tag } from '../xml/write.ts';
import type { Xml } from '../xml/write.ts';

export function checksumHeaders(checksum: Checksum | undefined): HeaderValues {
  return checksum === undefined ? {} : { [headerOf(checksum.algorithm as Algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

export function checksumTags(checksum: Checksum | undefined): (Xml | undefined)[] {
  return checksum === undefined ? [] : [tag(`Checksum${checksum.algorithm}`, checksum.value), tag('ChecksumType', checksum.type)];
}

/** The algorithm that a header names. Throws InvalidRequest for one that is not known. */
export function readAlgorithm(call: Call, ...headers: readonly string[]): Algorithm | undefined {
  const name = headers.map((header) => call.header(header)).find((value) => value !== undefined)?.toUpperCase();
  if (name === undefined) return undefined;
  const known = ALGORITHMS.find((one) => one === name);
  if (known === undefined) throw new S3Error('InvalidRequest', `Checksums of the kind ${name} are not supported.`);
  return known;
}
