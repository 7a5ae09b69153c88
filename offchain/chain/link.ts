import type { Address, Hex } from 'viem';
import { ChainError } from './chain-errors.ts';

/** Creation code with holes; `starts` are byte offsets of 20-byte holes for one library's address. */
export interface Code {
  readonly bytecode: string;
  readonly links: readonly { readonly library: string; readonly starts: readonly number[] }[];
}

/** Fills in the libraries' addresses. Throws UNLINKED when one is missing. */
export function linkBytecode(code: Code, libraries: ReadonlyMap<string, Address>): Hex {
  let text = code.bytecode;
  for (const { library, starts } of code.links) {
    const address = libraries.get(library);
    if (address === undefined) throw new ChainError('UNLINKED', `The library ${library} is not deployed.`);
    for (const start of starts) {
      const at = 2 + start * 2;
      text = text.slice(0, at) + address.slice(2).toLowerCase() + text.slice(at + 40);
    }
  }
  return text as Hex;
}
