import { describe, expect, it } from 'vitest';
import { formatDeployment, parseDeployment } from '../../offchain/chain/deployment.ts';

const address = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const deployment = { chainId: 31337, token: address, sale: address, registry: address, market: address, lens: address, fromBlock: 2n ** 60n } as const;

describe('deployment.json', () => {
  it('comes back as it was written', () => {
    expect(parseDeployment(formatDeployment(deployment))).toEqual(deployment);
  });

  it.each([
    ['nothing', ''],
    ['truncated', formatDeployment(deployment).slice(0, 80)],
    ['a wrong address', { ...deployment, token: '0x1234' }],
    ['a missing address', { ...deployment, lens: undefined }],
    ['an unknown key', { ...deployment, extra: 1 }],
  ])('refuses %s', (_name, json) => {
    expect(() => parseDeployment(json)).toThrow(expect.objectContaining({ code: 'BAD_DEPLOYMENT' }));
  });
});
