import { placeOf } from '../call.ts';
import type { Operation } from '../call.ts';
import { writeCondition } from '../request/conditions.ts';
import { refuseHeaders, versionHeader } from './put-object.ts';

/** Conditions of S3's directory buckets. */
const CONDITIONS = ['x-amz-if-match-last-modified-time', 'x-amz-if-match-size'];

export const deleteObject: Operation = async ({ objects }, call) => {
  refuseHeaders(call, CONDITIONS, 'a deletion may depend on If-Match alone');
  const { versionId, isMarker } = await objects.deleteObject({ ...placeOf(call), versionId: call.target.query.get('versionId'), condition: writeCondition(call.header) });
  return { status: 204, headers: { ...versionHeader(versionId), ...(isMarker ? { 'x-amz-delete-marker': 'true' } : {}) } };
};
