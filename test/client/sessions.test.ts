import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChain } from '../../offchain/chain/client.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { Sessions } from '../../offchain/client/sessions.ts';
import { type Signer, recoverTyped } from '../../offchain/wire/typed-data.ts';
import { type TestHoldfast, startHoldfast } from '../support/holdfast.ts';
import { type RpcLine, startRpcLine } from '../support/rpc-line.ts';

const AT_ONCE = 16;
/** Longer than a ticket is taken without a look at the chain. */
const LATER_MS = 1_100;

let holdfast: TestHoldfast;
let line: RpcLine;

beforeAll(async () => {
  holdfast = await startHoldfast();
  line = await startRpcLine(holdfast.rpcUrl);
}, 120_000);

afterAll(async () => {
  await line?.stop();
  await holdfast?.stop();
});

async function open(): Promise<{ sessions: Sessions; signed: () => number; domain: Awaited<ReturnType<typeof createChain>>['domain'] }> {
  const account = devAccount(12, DEV_CHAIN_ID);
  const chain = await createChain({ rpcUrls: [line.url], deployment: holdfast.deployment, account });
  let signed = 0;
  const signer = { ...account, signTypedData: (...args: Parameters<typeof account.signTypedData>) => (signed++, account.signTypedData(...args)) } as Signer;
  line.passed.length = 0;
  return { sessions: new Sessions({ chain, signer, creator: account.address }), signed: () => signed, domain: chain.domain };
}

const times = (sessions: Sessions, agreement = 1) => Promise.all(Array.from({ length: AT_ONCE }, () => sessions.ticket(agreement)));

describe('tickets that many uploads want at once', () => {
  it('cost one signature, and one question to the chain now and one later', async () => {
    const { sessions, signed, domain } = await open();
    const [first, ...others] = await times(sessions);
    expect(new Set(others)).toEqual(new Set([first]));
    expect(await recoverTyped(domain, 'Session', first!.session, first!.signature)).toBe(devAccount(12, DEV_CHAIN_ID).address);
    expect([signed(), line.passed]).toEqual([1, ['eth_getBlockByNumber']]);
    await sleep(LATER_MS);
    expect(new Set(await times(sessions))).toEqual(new Set([first]));
    expect([signed(), line.passed]).toEqual([1, ['eth_getBlockByNumber', 'eth_getBlockByNumber']]);
  });

  it('are one for each agreement', async () => {
    const { sessions, signed } = await open();
    const [[one], [two]] = await Promise.all([times(sessions, 1), times(sessions, 2)]);
    expect([one?.session.agreement, two?.session.agreement, signed()]).toEqual([1, 2, 2]);
  });

  it('fail together while the chain is away, and the next ones ask again', async () => {
    const { sessions, signed } = await open();
    line.mode = 503;
    const refused = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => sessions.ticket(1)));
    line.mode = 'pass';
    expect(refused.map(({ status }) => status)).toEqual(Array<string>(AT_ONCE).fill('rejected'));
    expect(signed()).toBe(0);
    await times(sessions);
    expect(signed()).toBe(1);
  }, 120_000);
});
