import { describe, expect, it } from 'vitest';
import { bytecodes } from '../../offchain/chain/generated/bytecode.ts';
import { linkBytecode } from '../../offchain/chain/link.ts';

const address = '0x00000000000000000000000000000000000000aB';

describe('linking', () => {
  it('fills every hole with the address and leaves the rest', () => {
    const code = { bytecode: `0x60${'_'.repeat(40)}61${'_'.repeat(40)}62`, links: [{ library: 'L', starts: [1, 22] }] };
    const hole = address.slice(2).toLowerCase();
    expect(linkBytecode(code, new Map([['L', address]]))).toBe(`0x60${hole}61${hole}62`);
  });

  it('refuses to leave a hole', () => {
    const code = { bytecode: `0x${'_'.repeat(40)}`, links: [{ library: 'L', starts: [0] }] };
    expect(() => linkBytecode(code, new Map())).toThrow(expect.objectContaining({ code: 'UNLINKED' }));
  });

  it('leaves nothing but hex in all contracts', () => {
    for (const code of Object.values(bytecodes)) {
      const libraries = new Map(code.links.map(({ library }) => [library, address] as const));
      expect(linkBytecode(code, libraries)).toMatch(/^0x[0-9a-f]+$/);
    }
  });
});
