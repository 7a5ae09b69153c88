/** What S3 has and this gateway does not, answered as S3 answers for a bucket without it: clients ask before they do anything else. */
import { bucketOf, placeOf } from '../call.ts';
import type { Operation } from '../call.ts';
import { S3Error } from '../errors.ts';
import type { S3Code } from '../errors.ts';
import { document, raw, tag } from '../xml/write.ts';
import { ownerOf } from './owner.ts';

/** The bucket must exist; then: there is no such thing. */
export function missing(code: S3Code): Operation {
  return async ({ objects }, call) => {
    await objects.getBucket(bucketOf(call));
    throw new S3Error(code);
  };
}

/** The same of an object. */
export function missingOfObject(code: S3Code): Operation {
  return async ({ objects }, call) => {
    await objects.headObject({ ...placeOf(call), versionId: call.target.query.get('versionId') });
    throw new S3Error(code);
  };
}

/** The bucket must exist; then: an empty configuration. */
export function empty(name: string): Operation {
  return async ({ objects }, call) => {
    await objects.getBucket(bucketOf(call));
    return { xml: document(name, []) };
  };
}

export const requestPayment: Operation = async ({ objects }, call) => {
  await objects.getBucket(bucketOf(call));
  return { xml: document('RequestPaymentConfiguration', [tag('Payer', 'BucketOwner')]) };
};

/** The owner has full control, and nobody else has any. */
export const getAcl: Operation = async (gateway, call) => {
  if (call.target.key === undefined) await gateway.objects.getBucket(bucketOf(call));
  else await gateway.objects.headObject({ ...placeOf(call), versionId: call.target.query.get('versionId') });
  const { id, name } = gateway.owner;
  const grantee = `<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>${id}</ID><DisplayName>${name}</DisplayName></Grantee>`;
  return { xml: document('AccessControlPolicy', [ownerOf(gateway), tag('AccessControlList', [tag('Grant', [raw(grantee), tag('Permission', 'FULL_CONTROL')])])]) };
};

export const notImplemented: Operation = async () => {
  throw new S3Error('NotImplemented');
};

export const notAllowed: Operation = async () => {
  throw new S3Error('MethodNotAllowed');
};
