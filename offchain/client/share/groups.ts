/** Named sets of addresses. Who joins is given what the group has; who leaves is cut off from it. */
import { isAddressEqual } from 'viem';
import type { Address } from 'viem';
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import type { OnProgress } from '../progress.ts';
import { type Book, openBook } from './book.ts';
import { tryDeliver } from './deliver.ts';
import { BadRecipientError, NoSuchGroupError } from './errors.ts';
import { type GroupNote, RECIPIENTS_MAX } from './records.ts';
import { type Revoked, planRevoke, revoke } from './revoke.ts';
import { parseRecipient } from './share-key.ts';

interface GroupOptions {
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
}

export interface GroupChange {
  readonly name: string;
  readonly members: readonly Address[];
  /** Shares that were given to the new members, or taken from the old ones. */
  readonly shares: readonly string[];
  readonly failed: readonly { readonly address: string; readonly reason: string }[];
}

export function listGroups(client: Client, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<{ name: string; members: Address[] }[]> {
  return abortable('Listing groups', options.signal, async () => (await openBook(client, options.signal)).groups.map(({ name, members }) => ({ name, members: members.map(({ address }) => address) })));
}

/** Makes the group where there is none. @throws BadRecipientError */
export function addToGroup(client: Client, options: GroupOptions & { readonly members: readonly string[] }): Promise<GroupChange> {
  const { name, signal } = options;
  return abortable(`Adding to ${JSON.stringify(name)}`, signal, async () => {
    const added = await Promise.all(options.members.map((text) => parseRecipient(client, text)));
    const book = await openBook(client, signal);
    const before = book.groups.find((group) => group.name === name)?.members ?? [];
    const members = [...new Map([...before, ...added].map((one) => [one.address.toLowerCase(), one])).values()];
    if (members.length > RECIPIENTS_MAX) throw new BadRecipientError(name, `a group has at most ${RECIPIENTS_MAX} members`);
    if (members.some(({ address }) => isAddressEqual(address, client.creator))) throw new BadRecipientError(client.creator, 'it is yourself');
    const group: GroupNote = { kind: 'group', name, members };
    await book.save(group);
    const shares: string[] = [];
    const failed: { address: string; reason: string }[] = [];
    for (const note of book.shares) {
      if (note.state !== 'active' || !note.groups.includes(name)) continue;
      // Somebody who was cut off and is added again is meant to read it again.
      const open = { ...note, except: note.except.filter((address) => !added.some((one) => isAddressEqual(one.address, address))) };
      const delivery = await tryDeliver(client, book, open, { signal });
      if (delivery.isNew) shares.push(note.id);
      failed.push(...delivery.failed.map(({ address, reason }) => ({ address, reason })));
    }
    return { name, members: members.map(({ address }) => address), shares, failed };
  });
}

/** What `removeFromGroup` would do, share by share; changes nothing. @throws NoSuchGroupError */
export function planRemoval(client: Client, options: GroupOptions & { readonly members: readonly Address[]; readonly keepBytes?: boolean | undefined }): Promise<Awaited<ReturnType<typeof planRevoke>>[]> {
  const { name, signal, keepBytes } = options;
  return abortable(`Planning for ${JSON.stringify(name)}`, signal, async () => {
    const book = await openBook(client, signal);
    const plans = [];
    for (const { id, from } of cuts(book, mustHaveGroup(book, name), options.members)) plans.push(await planRevoke(client, { share: id, from, keepBytes, signal }));
    return plans;
  });
}

/** What those that go have through the group: what they are given besides it stays theirs. */
function cuts(book: Book, group: GroupNote, gone: readonly Address[]): { id: string; from: Address[] }[] {
  const has = (those: readonly { readonly address: Address }[], address: Address) => those.some((one) => isAddressEqual(one.address, address));
  return book.shares
    .filter(({ state, groups }) => state === 'active' && groups.includes(group.name))
    .map(({ id, recipients }) => ({ id, from: gone.filter((address) => has(group.members, address) && !has(recipients, address)) }))
    .filter(({ from }) => from.length > 0);
}

function mustHaveGroup(book: Book, name: string): GroupNote {
  const group = book.groups.find((one) => one.name === name);
  if (group === undefined) throw new NoSuchGroupError(name);
  return group;
}

/** Revokes the group's shares from them; see `revoke` for `keepBytes`. @throws NoSuchGroupError */
export function removeFromGroup(client: Client, options: GroupOptions & { readonly members: readonly Address[]; readonly keepBytes?: boolean | undefined; readonly onProgress?: OnProgress | undefined }): Promise<GroupChange & { readonly revoked: readonly Revoked[] }> {
  const { name, signal, members: gone } = options;
  return abortable(`Removing from ${JSON.stringify(name)}`, signal, async () => {
    const book = await openBook(client, signal);
    const group = mustHaveGroup(book, name);
    const revoked: Revoked[] = [];
    for (const { id, from } of cuts(book, group, gone)) revoked.push(await revoke(client, { share: id, from, keepBytes: options.keepBytes, onProgress: options.onProgress, signal }));
    const members = group.members.filter((one) => !gone.some((address) => isAddressEqual(one.address, address)));
    const after = await openBook(client, signal);
    if (members.length === 0) await after.drop(group);
    else await after.save({ ...group, members });
    return { name, members: members.map(({ address }) => address), shares: revoked.map(({ id }) => id), failed: [], revoked };
  });
}
