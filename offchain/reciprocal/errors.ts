import { bytesText as textOf } from '../heavy/placement/words.ts';
import { HoldfastError } from '../wire/errors.ts';

function bytesText(bytes: bigint): string {
  return textOf(Number(bytes));
}

/** Half and half: what a node stores in the network is at most what it gives to it. */
export class TakesMoreThanGivesError extends HoldfastError {
  constructor(facts: { readonly dataBytes: bigint; readonly k: number; readonly m: number; readonly needBytes: bigint; readonly takenBytes: bigint; readonly giveBytes: bigint }) {
    const { dataBytes, k, m, needBytes, takenBytes, giveBytes } = facts;
    const what = k === 1 ? `${m + 1} copies of ${bytesText(dataBytes)}` : `${bytesText(dataBytes)} in ${k}+${m} slots`;
    const others = takenBytes === 0n ? '' : `, and other agreements of this wallet take ${bytesText(takenBytes)}`;
    super('TAKES_MORE_THAN_GIVES', `${what} with room for changes take ${bytesText(needBytes)} of the network${others}; this node gives ${bytesText(giveBytes)}, and takes no more than it gives.`, {
      details: { dataBytes: String(dataBytes), k, m, needBytes: String(needBytes), takenBytes: String(takenBytes), giveBytes: String(giveBytes) },
      nextStep: 'Give more of the disk (--give, --disk), or store less.',
    });
  }
}

/** While a node is alone, its own copies take the place of those that others will have. */
export class OwnCopiesTooLargeError extends HoldfastError {
  constructor(dataBytes: bigint, giveBytes: bigint) {
    super('OWN_COPIES_TOO_LARGE', `Own copies of ${bytesText(dataBytes)} do not fit into the ${bytesText(giveBytes)} that this node gives, so none are kept.`, {
      details: { dataBytes: String(dataBytes), giveBytes: String(giveBytes) },
      nextStep: 'Give more of the disk (--give, --disk), or store less.',
    });
  }
}

/** An empty folder where files were stored before looks like a disk that is not mounted. */
export class FolderEmptyError extends HoldfastError {
  constructor(name: string, folder: string, files: number) {
    super('FOLDER_EMPTY', `${folder} holds no file, and ${files} of it are stored as ${JSON.stringify(name)}; they stay stored.`, {
      details: { name, folder, files },
      nextStep: 'Mount the disk, or restore the folder; if it is empty on purpose, delete the name with `holdfast rm`.',
    });
  }
}

export class FolderUnreadableError extends HoldfastError {
  constructor(name: string, folder: string, cause: unknown) {
    super('FOLDER_UNREADABLE', `${folder} cannot be read (${cause instanceof Error ? cause.message : String(cause)}); what is stored of ${JSON.stringify(name)} stays as it is.`, {
      cause,
      details: { name, folder },
      retryable: true,
      nextStep: 'Mount the disk, or correct the path.',
    });
  }
}

export class CopyDamagedError extends HoldfastError {
  constructor(path: string) {
    super('COPY_DAMAGED', `The own copy of ${JSON.stringify(path)} no longer has the bytes that were kept.`, { details: { path }, nextStep: 'It is taken again from the folder at the next look, if the file there is still the same.' });
  }
}

/** They are in no own copy, for they are in none of this node's folders. */
export class NamesLeftError extends HoldfastError {
  constructor(names: readonly string[]) {
    const shown = names.slice(0, 3).map((name) => JSON.stringify(name)).join(', ');
    super('NAMES_LEFT', `The agreements of this node hold ${shown}${names.length > 3 ? ` and ${names.length - 3} more` : ''} as well, which are in none of its folders: they are not given up.`, {
      details: { names: names.slice(0, 64) },
      nextStep: 'Fetch them with `holdfast get` and delete the names with `holdfast rm`; or store them elsewhere.',
    });
  }
}

/** Nobody else would have it then. */
export class OnlyCopyError extends HoldfastError {
  constructor(name: string, folder: string) {
    super('ONLY_COPY', `${folder} cannot be read, and the network has the only copies of ${JSON.stringify(name)}: they are not given up.`, {
      details: { name, folder },
      nextStep: `Restore it first: holdfast reciprocal restore ${JSON.stringify(name)} ${JSON.stringify(folder)}; or delete the name with \`holdfast rm\`.`,
    });
  }
}
