import type { Operation } from '../call.ts';
import { uploadPlace } from './put-part.ts';

export const abortUpload: Operation = async ({ objects }, call) => {
  await objects.abortUpload(uploadPlace(call));
  return { status: 204 };
};
