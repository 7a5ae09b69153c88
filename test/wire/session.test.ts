import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { SESSION_SECONDS_MAX } from '../../offchain/wire/limits.ts';
import { sessionHeader, verifySessionHeader } from '../../offchain/wire/session.ts';
import { holdfastDomain, signTyped } from '../../offchain/wire/typed-data.ts';

const creator = privateKeyToAccount(`0x${'22'.repeat(32)}`);
const stranger = privateKeyToAccount(`0x${'33'.repeat(32)}`);
const domain = holdfastDomain({ chainId: 31337, market: '0x5FbDB2315678afecb367f032d93F642f64180aa3' });
const nowSeconds = 1_800_000_000;
const checks = { domain, agreement: 7, allowed: [creator.address], nowSeconds };

async function header(changes: { agreement?: number; expiry?: number; signer?: typeof creator } = {}): Promise<string> {
  const signer = changes.signer ?? creator;
  const session = { agreement: changes.agreement ?? 7, creator: signer.address, expiry: changes.expiry ?? nowSeconds + 60 };
  return sessionHeader({ session, signature: await signTyped(signer, domain, 'Session', session) });
}

describe('session header', () => {
  it('names the creator who signed it', async () => {
    expect(await verifySessionHeader(await header(), checks)).toEqual({ agreement: 7, creator: creator.address, expiry: nowSeconds + 60 });
  });

  it('is valid until its last second', async () => {
    await expect(verifySessionHeader(await header({ expiry: nowSeconds }), checks)).resolves.toBeDefined();
    await expect(verifySessionHeader(await header({ expiry: nowSeconds - 1 }), checks)).rejects.toMatchObject({ code: 'SESSION_EXPIRED', status: 401 });
  });

  it('must not live longer than allowed', async () => {
    const long = header({ expiry: nowSeconds + SESSION_SECONDS_MAX + 1 });
    await expect(verifySessionHeader(await long, checks)).rejects.toMatchObject({ code: 'SESSION_TOO_LONG' });
  });

  it('opens one agreement only', async () => {
    await expect(verifySessionHeader(await header({ agreement: 8 }), checks)).rejects.toMatchObject({ code: 'WRONG_SESSION', status: 403 });
  });

  it('of a stranger is refused', async () => {
    await expect(verifySessionHeader(await header({ signer: stranger }), checks)).rejects.toMatchObject({ code: 'NOT_ALLOWED', status: 403 });
  });

  it('with somebody else\'s name on it is refused', async () => {
    const session = { agreement: 7, creator: creator.address, expiry: nowSeconds + 60 };
    const forged = sessionHeader({ session, signature: await signTyped(stranger, domain, 'Session', session) });
    await expect(verifySessionHeader(forged, checks)).rejects.toMatchObject({ code: 'BAD_SESSION_SIGNATURE', status: 401 });
  });

  it.each([undefined, '', 'Bearer x', 'Holdfast', 'Holdfast a b', `Holdfast ${'a'.repeat(2000)}`])('missing: %s', async (text) => {
    await expect(verifySessionHeader(text, checks)).rejects.toMatchObject({ code: 'SESSION_MISSING', status: 401 });
  });

  it('truncated or altered at any place never passes', async () => {
    const good = await header();
    for (let at = 'Holdfast '.length; at < good.length - 1; at += 7) {
      const altered = good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1);
      for (const bad of [good.slice(0, at), altered]) {
        await expect(verifySessionHeader(bad, checks)).rejects.toMatchObject({ name: expect.stringMatching(/Error$/) });
      }
    }
  });
});
