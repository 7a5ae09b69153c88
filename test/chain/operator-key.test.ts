import { zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setEndpoint, setPayout } from '../../offchain/chain/change-node.ts';
import { acceptOperator, nameOperator, namedOperator } from '../../offchain/chain/operator-key.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import { registerNode } from '../../offchain/chain/register-node.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { operatorLines, operatorOf } from '../../offchain/cli/operator-report.ts';
import { type TestHoldfast, addressOf, startHoldfast } from '../support/holdfast.ts';

let holdfast: TestHoldfast;
let [hot, cold, next]: Chain[] = [];

beforeAll(async () => {
  holdfast = await startHoldfast();
  [hot, cold, next] = [await holdfast.as(1), await holdfast.as(2), await holdfast.as(3)];
});
afterAll(() => holdfast?.stop());

describe("a node's key", () => {
  it('is changed by its payout address and the new key, whatever the old one does', async () => {
    const { id } = await registerNode(hot!, { tier: 'heavy', region: 1, payout: addressOf(cold!), endpoint: 'http://127.0.0.1:1' });
    await expect(nameOperator(hot!, { id, key: addressOf(next!) })).rejects.toMatchObject({ errorName: 'NotPayout' });
    expect(await namedOperator(hot!, id)).toBeUndefined();
    await nameOperator(cold!, { id, key: addressOf(next!) });
    expect(operatorLines(await operatorOf(hot!, id)).join('\n')).toContain(`${addressOf(next!)} may take over: holdfast operator accept ${id}`);
    await expect(acceptOperator(hot!, { id })).rejects.toMatchObject({ errorName: 'NotNamedOperator' });
    await acceptOperator(next!, { id });
    expect(await readNode(hot!, id)).toMatchObject({ operator: addressOf(next!), payout: addressOf(cold!) });
    await expect(setEndpoint(hot!, { id, endpoint: 'http://127.0.0.1:2' })).rejects.toMatchObject({ errorName: 'NotOperator' });
    await setEndpoint(next!, { id, endpoint: 'http://127.0.0.1:2' });
  });

  it('can be taken back before it is accepted, and the payout address goes its own way', async () => {
    const id = 1;
    await nameOperator(cold!, { id, key: addressOf(await holdfast.as(4)) });
    await nameOperator(cold!, { id, key: zeroAddress });
    expect(await namedOperator(cold!, id)).toBeUndefined();
    await setPayout(cold!, { id, payout: addressOf(next!) });
    expect(operatorLines(await operatorOf(cold!, id))[2]).toContain('a stolen key takes everything');
    await expect(setPayout(cold!, { id, payout: addressOf(hot!) })).rejects.toMatchObject({ errorName: 'NotPayout' });
  });
});
