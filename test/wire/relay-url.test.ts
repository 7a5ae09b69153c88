import { expect, it } from 'vitest';
import { isRelayUrl, relayUrl } from '../../offchain/wire/relay-url.ts';

it('a relay address is that of a registered heavy node, with the own id', () => {
  expect(relayUrl('http://heavy.example:7001/', 5)).toBe('http://heavy.example:7001/relay/5');
  const heavies = ['', 'http://heavy.example:7001/'];
  expect(isRelayUrl({ id: 5, endpoint: 'http://heavy.example:7001/relay/5' }, heavies)).toBe(true);
  expect(isRelayUrl({ id: 5, endpoint: 'http://heavy.example:7001/relay/5/' }, heavies)).toBe(true);
  expect(isRelayUrl({ id: 6, endpoint: 'http://heavy.example:7001/relay/5' }, heavies)).toBe(false);
  expect(isRelayUrl({ id: 5, endpoint: 'http://many.example/relay/5' }, heavies)).toBe(false);
  expect(isRelayUrl({ id: 5, endpoint: '/relay/5' }, heavies)).toBe(false);
});
