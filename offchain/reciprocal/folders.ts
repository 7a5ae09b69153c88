/** What the folders hold now, without reading a file. */
import { sourceOf } from '../client/disk-source.ts';
import { type SourceFacts, scan } from '../client/source.ts';
import type { NamedFolder } from './config.ts';
import type { Node } from './context.ts';
import { FolderEmptyError, FolderUnreadableError } from './errors.ts';
import type { State } from './state.ts';

export interface FolderNow extends NamedFolder {
  /** Undefined: it cannot be read, or must not be taken as it is. */
  readonly facts: (SourceFacts & { readonly files: number }) | undefined;
  readonly problem?: Error;
  /** Bytes to make room for: what it holds, or what is kept of it where it cannot be read. */
  readonly dataBytes: bigint;
}

export async function scanFolders(node: Node, state: State): Promise<FolderNow[]> {
  const found: FolderNow[] = [];
  for (const { name, folder } of node.folders) {
    const kept = await keptOf(node, state, name);
    const missing = (problem: Error): FolderNow => ({ name, folder, facts: undefined, problem, dataBytes: BigInt(kept.bytes) });
    try {
      const facts = await scan(sourceOf([folder]), { signal: node.signal });
      const files = [...facts.objects].filter(({ kind }) => kind === 'file').length;
      if (files === 0 && kept.files > 0) found.push(missing(new FolderEmptyError(name, folder, kept.files)));
      else found.push({ name, folder, facts: { ...facts, files }, dataBytes: BigInt(facts.bytes) });
    } catch (error) {
      node.signal.throwIfAborted();
      found.push(missing(new FolderUnreadableError(name, folder, error)));
    }
  }
  return found;
}

/** In the network, else in the own copies. */
async function keptOf({ vault }: Node, state: State, name: string): Promise<{ bytes: number; files: number }> {
  const stored = state.folders[name];
  if (stored !== undefined) return stored;
  const files = (await vault.newest(name))?.entries.filter(({ kind }) => kind === 'file') ?? [];
  return { bytes: files.reduce((sum, { size }) => sum + size, 0), files: files.length };
}
