import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorsAbi, lensAbi, marketAbi, registryAbi, saleAbi, tokenAbi } from '../../offchain/chain/generated/abi.ts';
import { REVERT_MESSAGES, describeRevert } from '../../offchain/chain/revert-messages.ts';

const contracts = path.resolve(import.meta.dirname, '../../contracts');

/** Every error that the sources declare, whatever the compiler kept of them. */
async function declaredErrors(): Promise<string[]> {
  const files = (await readdir(contracts, { recursive: true })).filter((file) => file.endsWith('.sol'));
  const texts = await Promise.all(files.map((file) => readFile(path.join(contracts, file), 'utf8')));
  return texts.flatMap((text) => [...text.matchAll(/^\s*error (\w+)\(/gm)].map((match) => match[1] as string));
}

describe('revert messages', () => {
  it.each(errorsAbi.map((item) => ({ name: item.name, inputs: item.inputs as readonly { name: string }[] })))(
    '$name has a plain sentence and a next step',
    ({ name, inputs }) => {
      const message = REVERT_MESSAGES[name];
      expect(message, `${name} is missing in revert-messages.ts`).toBeDefined();
      const named = [...(message?.says ?? '').matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const known = inputs.map((input) => input.name);
      expect(known).toEqual(expect.arrayContaining(named));
      expect(message?.says).toMatch(/[.]$/);
      expect(message?.next).toMatch(/[.]$/);
    },
  );

  it('speaks of no error that does not exist', () => {
    const names: string[] = errorsAbi.map((item) => item.name);
    expect(Object.keys(REVERT_MESSAGES).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('every error in the Solidity sources reached the ABI', async () => {
    const names: string[] = errorsAbi.map((item) => item.name);
    expect((await declaredErrors()).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('every ABI carries every error, because reverts pass through contracts', () => {
    const count = errorsAbi.length;
    for (const abi of [tokenAbi, saleAbi, registryAbi, marketAbi, lensAbi]) {
      expect(abi.filter((item) => item.type === 'error').length).toBe(count);
    }
  });

  it('fills in the arguments, and shows unknown errors as they are', () => {
    const { sentence, nextStep } = describeRevert('StakeTooLow', { id: 3, have: 5n, need: 8n });
    expect(sentence).toBe('Node 3 has a stake of 5 token units and needs 8.');
    expect(nextStep).toBe('Add stake, or take on less rent.');
    expect(describeRevert('0x12345678', {}).sentence).toContain('0x12345678');
  });
});
