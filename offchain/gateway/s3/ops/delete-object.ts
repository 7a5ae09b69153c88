import { placeOf } from '../call.ts';
import type { Operation } from '../call.ts';
import { writeCondition } from '../request/conditions.ts';
import { versionHeader } from './put-object.ts';

export const deleteObject: Operation = async ({ objects }, call) => {
  const { versionId, isMarker } = await objects.deleteObject({ ...placeOf(call), versionId: call.target.query.get('versionId'), condition: writeCondition(call.header) });
  return { status: 204, headers: { ...versionHeader(versionId), ...(isMarker ? { 'x-amz-delete-marker': 'true' } : {}) } };
};
