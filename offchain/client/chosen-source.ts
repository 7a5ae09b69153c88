/** What an upload was told to store: paths of this machine, or a source. */
import { HoldfastError } from '../wire/errors.ts';
import type { Client } from './client.ts';
import type { Source } from './source.ts';

export interface ChosenSource {
  /** Files and folders of this machine. One folder: what it holds; one file, or several paths: each under its own name. */
  readonly paths?: readonly string[] | undefined;
  /** In place of `paths`: objects that are no files of this machine. Its digest is that of names, sizes and times: these must change with the bytes. */
  readonly source?: Source | undefined;
}

/** @throws HoldfastError NO_SOURCE */
export function chosenSource({ sourceOf }: Pick<Client, 'sourceOf'>, { paths, source }: ChosenSource): Source {
  if (source !== undefined) return source;
  if (paths === undefined) throw new HoldfastError('NO_SOURCE', 'Nothing was named to be stored.', { nextStep: 'Give paths, or a source.' });
  if (sourceOf === undefined) throw new HoldfastError('NO_SOURCE', 'A page cannot read files by their paths.', { nextStep: 'Give a source: files that were dropped or chosen.' });
  return sourceOf(paths);
}
