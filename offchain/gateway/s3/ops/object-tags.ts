import { placeOf } from '../call.ts';
import type { Call, Operation } from '../call.ts';
import { OBJECT_TAGS, readTagSet, writeTagSet } from '../request/tags.ts';
import { parseXml } from '../xml/parse.ts';
import { document } from '../xml/write.ts';
import { versionHeader } from './put-object.ts';

export const getObjectTags: Operation = async ({ objects }, call) => {
  const { tags, versionId } = await objects.headObject(versionOf(call));
  return { xml: document('Tagging', [writeTagSet(tags)]), headers: versionHeader(versionId) };
};

export const putObjectTags: Operation = async ({ objects }, call) => {
  const tags = readTagSet(parseXml(await call.text(), 'Tagging'), OBJECT_TAGS);
  const { versionId } = await objects.putTags(versionOf(call), tags);
  return { headers: versionHeader(versionId) };
};

export const deleteObjectTags: Operation = async ({ objects }, call) => {
  const { versionId } = await objects.putTags(versionOf(call), {});
  return { status: 204, headers: versionHeader(versionId) };
};

function versionOf(call: Call) {
  return { ...placeOf(call), versionId: call.target.query.get('versionId') };
}
