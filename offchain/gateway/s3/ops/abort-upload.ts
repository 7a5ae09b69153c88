import type { Operation } from '../call.ts';
import { refuseHeaders } from './put-object.ts';
import { uploadPlace } from './put-part.ts';

export const abortUpload: Operation = async ({ objects }, call) => {
  refuseHeaders(call, ['x-amz-if-match-initiated-time'], 'an abort depends on the upload id alone');
  await objects.abortUpload(uploadPlace(call));
  return { status: 204 };
};
