/** The versions that are kept of a public name. */
import { abortable } from '../aborting.ts';
import { type ListedRecord, lookUpVersions } from './look-up.ts';
import type { PublicReader } from './public-reader.ts';

export interface ListedNameVersion extends Omit<ListedRecord, 'signature' | 'valueHash'> {
  /** Another record of the same owner has this version too, and stands above this one. */
  readonly lostFork: boolean;
}

/** The highest first; each was signed by the owner of its time. @throws NoSuchPublicNameError, NoHolderAnsweredError, RpcUnavailableError, AbortedError */
export function listNameVersions(reader: PublicReader, options: { readonly name: string; readonly signal?: AbortSignal | undefined }): Promise<ListedNameVersion[]> {
  return abortable(`Listing the versions of ${options.name}`, options.signal, async () => {
    const { versions } = await lookUpVersions(reader, options);
    return versions.map(({ signature: _, valueHash: __, ...one }, i) => {
      const above = versions[i - 1];
      return { ...one, lostFork: above !== undefined && above.tenure === one.tenure && above.version === one.version };
    });
  });
}
