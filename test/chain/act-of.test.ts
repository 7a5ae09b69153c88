import { encodeFunctionData, zeroHash } from 'viem';
import type { Hex } from 'viem';
import { describe, expect, it } from 'vitest';
import { actOf } from '../../offchain/chain/act-of.ts';
import { channelsAbi, marketAbi } from '../../offchain/chain/generated/abi.ts';

const behind = (act: Hex): Hex => encodeFunctionData({ abi: marketAbi, functionName: 'permitAndCall', args: [1n, 2n, 27, zeroHash, zeroHash, act] });

describe('the act of a transaction', () => {
  it('is what lies behind its permits, of whichever contract', () => {
    for (const act of [encodeFunctionData({ abi: marketAbi, functionName: 'topUp', args: [1, 2n] }), encodeFunctionData({ abi: channelsAbi, functionName: 'topUp', args: [1n, 2n] })]) {
      expect([act, behind(act), behind(behind(act))].map(actOf)).toEqual([act, act, act]);
      // Other bytes behind it are not looked at.
      expect(actOf(`${behind(act)}${encodeFunctionData({ abi: marketAbi, functionName: 'poke' }).slice(2)}`)).toBe(act);
    }
  });

  it('is the input itself where that is no call of ours, or none at all', () => {
    for (const input of ['0x', '0x12', '0x12345678', behind('0x').slice(0, 200), behind('0x').slice(0, 10)] as Hex[]) expect(actOf(input)).toBe(input);
    expect(actOf(behind('0x'))).toBe('0x');
  });
});
