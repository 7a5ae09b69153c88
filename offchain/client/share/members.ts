/** Who a share is for, its groups' members included. */
import { isAddressEqual } from 'viem';
import type { Book } from './book.ts';
import type { Recipient, ShareNote } from './records.ts';

export function membersOf(book: Pick<Book, 'groups'>, { recipients, groups, except }: Pick<ShareNote, 'recipients' | 'groups' | 'except'>): Recipient[] {
  const members = groups.flatMap((name) => book.groups.find((group) => group.name === name)?.members ?? []);
  const distinct = new Map([...members, ...recipients].map((one) => [one.address.toLowerCase(), one]));
  return [...distinct.values()].filter(({ address }) => !except.some((one) => isAddressEqual(one, address)));
}
