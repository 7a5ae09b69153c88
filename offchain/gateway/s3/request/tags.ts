import type { Tags } from '../../objects/object-store.ts';
import { S3Error } from '../errors.ts';
import type { Node } from '../xml/parse.ts';
import { tag } from '../xml/write.ts';
import type { Xml } from '../xml/write.ts';
import { Query } from './query.ts';

export const OBJECT_TAGS = 10;
export const BUCKET_TAGS = 50;

/** The header x-amz-tagging: `a=1&b=2`, percent-encoded. Throws InvalidTag. */
export function parseTagHeader(text: string | undefined): Tags | undefined {
  return text === undefined ? undefined : checked(Query.parse(text).pairs, OBJECT_TAGS);
}

/** `<TagSet><Tag><Key/><Value/></Tag></TagSet>`. Throws MalformedXML, InvalidTag. */
export function readTagSet(tagging: Node, most: number): Tags {
  return checked(tagging.need('TagSet').all('Tag').map((one) => [one.need('Key').exact, one.need('Value').exact] as const), most);
}

export function writeTagSet(tags: Tags): Xml | undefined {
  return tag('TagSet', Object.entries(tags).map(([key, value]) => tag('Tag', [tag('Key', key), tag('Value', value)])));
}

function checked(pairs: readonly (readonly [string, string])[], most: number): Tags {
  const keys = new Set(pairs.map(([key]) => key));
  const isGood = pairs.every(([key, value]) => key !== '' && key.length <= 128 && value.length <= 256);
  if (keys.size !== pairs.length || !isGood) throw new S3Error('InvalidTag');
  if (pairs.length > most) throw new S3Error('InvalidTag', `There may be at most ${most} tags.`);
  return Object.fromEntries(pairs);
}
