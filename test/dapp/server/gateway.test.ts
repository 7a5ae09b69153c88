import { expect, test } from 'vitest';
import { chosenGateway } from '../../../offchain/cli/gateway-config.ts';

test('the gateway serves the pages where it is told to', () => {
  expect(chosenGateway(undefined, { dapp: true })).toMatchObject({ s3: undefined, ipfs: undefined, dapp: { host: '127.0.0.1', port: 8090 } });
  expect(chosenGateway(undefined, { dapp: '[::1]:9999' }).dapp).toEqual({ host: '::1', port: 9999 });
  expect(chosenGateway(undefined, { ipfs: true }).dapp).toBeUndefined();
  expect(() => chosenGateway(undefined, { dapp: 'nowhere' })).toThrow(/no address to listen on/);
  expect(() => chosenGateway(undefined, {})).toThrow(/--dapp/);
});
