import { hexToBytes } from 'viem';
import { exclusively } from '../chain/mutex.ts';
import { isEqual, nodeAt } from '../proof/bytes.ts';
import type { FragmentTree } from '../proof/fragment-hasher.ts';
import { NODE_SIZE } from '../proof/hash.ts';
import { SUBTREE_LEAVES, readUpperTree } from '../proof/upper-tree.ts';
import { closing, isMissing } from './disk.ts';
import type { FragmentKey } from './errors.ts';
import { findFragment, markBad, markWhole } from './fragments.ts';
import type { Shelves, StoredFragment } from './fragments.ts';
import { hashFile, WHOLE_WINDOW_BYTES } from './hash-file.ts';
import { storedTree } from './read-fragment.ts';

export interface Verdict {
  /** whole: as before. healed: it was marked bad and is whole. damaged: found now. still-damaged: known before. gone: no longer ours. */
  readonly kind: 'whole' | 'healed' | 'damaged' | 'still-damaged' | 'gone';
  readonly why?: string;
  /** The first damaged run of 64 leaves, where the stored tree tells. */
  readonly leaf?: number;
}

/** Reads a fragment whole and marks its row by what is found. Nothing replaces the fragment meanwhile. */
export function judgeFragment(shelves: Shelves, key: FragmentKey): Promise<Verdict> {
  const { store, files } = shelves;
  return exclusively(`keep ${files.pathOf(key)}`, async () => {
    const fragment = await findFragment(store, key);
    if (fragment === undefined) return { kind: 'gone' };
    const tree = await treeOnDisk(shelves, fragment);
    if (!('why' in tree) && isEqual(tree.root, hexToBytes(fragment.root))) {
      if (!fragment.bad) return { kind: 'whole' };
      await markWhole(store, key);
      return { kind: 'healed' };
    }
    if (!fragment.bad) await markBad(store, key);
    const found = 'why' in tree ? tree : { why: 'its bytes hash to another root', ...(await firstDamage(shelves, fragment, tree)) };
    return { kind: fragment.bad ? 'still-damaged' : 'damaged', ...found };
  });
}

async function treeOnDisk({ files }: Shelves, fragment: StoredFragment): Promise<FragmentTree | { why: string }> {
  try {
    return await closing(() => files.read(fragment, { start: 0, end: WHOLE_WINDOW_BYTES }), async (file) => {
      const sizeBytes = await file.sizeBytes();
      if (sizeBytes !== fragment.sizeBytes) return { why: `its file has ${sizeBytes} of ${fragment.sizeBytes} bytes` };
      return (await hashFile(file, fragment.sizeBytes)) ?? { why: 'its file ends early' };
    });
  } catch (error) {
    if (isMissing(error)) return { why: 'its file is gone' };
    if (error instanceof Error && 'code' in error && error.code === 'EIO') return { why: 'its file cannot be read' };
    throw error;
  }
}

async function firstDamage({ files }: Shelves, fragment: StoredFragment, actual: FragmentTree): Promise<{ leaf?: number }> {
  const stored = await storedTree(files, fragment);
  if (stored === undefined) return {};
  const [expected, found] = [readUpperTree(stored).levels[0], readUpperTree(actual.upperTree).levels[0]];
  if (expected === undefined || found === undefined) return {};
  for (let subtree = 0; subtree * NODE_SIZE < expected.length; subtree++) {
    if (!isEqual(nodeAt(expected, subtree), nodeAt(found, subtree))) return { leaf: subtree * SUBTREE_LEAVES };
  }
  return {};
}
