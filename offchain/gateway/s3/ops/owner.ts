import type { Gateway } from '../call.ts';
import { tag } from '../xml/write.ts';
import type { Xml } from '../xml/write.ts';

/** Everything belongs to the creator whose wallet the gateway has. */
export function ownerOf({ owner }: Gateway, name = 'Owner'): Xml | undefined {
  return tag(name, [tag('ID', owner.id), tag('DisplayName', owner.name)]);
}
