import { exclusively } from '../chain/mutex.ts';
import type { Shelves } from './fragments.ts';

/**
 * Receipts for an agreement's bundles and removals of its fragments take turns: between the look at the fragments and the word about them none may go, nor between
 * the look whether anybody needs them and their end.
 */
export function inTurnOf<T>({ files }: Pick<Shelves, 'files'>, agreement: number, work: () => Promise<T>): Promise<T> {
  return exclusively(`bundles ${files.home}/${agreement}`, work);
}
