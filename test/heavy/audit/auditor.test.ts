import { hexToBytes, parseEther } from 'viem';
import type { Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buyTokens } from '../../../offchain/chain/buy-tokens.ts';
import { DEVNET } from '../../../offchain/chain/devnet-parameters.ts';
import type { Chain } from '../../../offchain/chain/types.ts';
import { standingLines } from '../../../offchain/cli/provider-status.ts';
import { readStandings } from '../../../offchain/client/read-standing.ts';
import { nodePlatform } from '../../../offchain/codec/platform-node.ts';
import { judgeBytes } from '../../../offchain/heavy/audit/read-range.ts';
import { openNodeStore } from '../../../offchain/store/open-node-store.ts';
import { requestJson } from '../../../offchain/wire/http-client.ts';
import type { MatchReply } from '../../../offchain/wire/messages.ts';
import { ReputationReport } from '../../../offchain/wire/reputation.ts';
import type { ReputationEntry } from '../../../offchain/wire/reputation.ts';
import { PRICE, askMatch, matchRequest, openMatch, startNetwork, storeBundle, until } from '../support.ts';
import type { Network } from '../support.ts';
import { startFront } from './front.ts';
import type { Front } from './front.ts';

/** Providers by what their fronts do: serves all; flips bits; answers nothing useful to leaves; serves leaves and nothing larger; says it has nothing. */
const KINDS = ['honest', 'flips', 'refuses', 'hoards', 'denies'] as const;
type Kind = (typeof KINDS)[number];

let network: Network;
let heavy: Awaited<ReturnType<Network['heavy']>>;
let fronts: Record<Kind, Front>;
const ids = new Map<Kind, number>();
let creator: Chain;
let match: MatchReply;

beforeAll(async () => {
  // Nobody is replaced while they are watched: no run of misses is long enough.
  const patient = { ...DEVNET.standard, faultRun: 160, missAllowance: 100 };
  network = await startNetwork({ epochSeconds: 4, epochsPerPeriod: 200, standard: patient });
  const loops = { watchMs: 300, repairMs: 60_000, namesMs: 300, probeMs: 500, directoryMs: 100, auditMs: 150 };
  const audits = { leavesPerSlot: 3, challengesPerPeriod: 1, challengeBudget: parseEther('100') };
  heavy = await network.heavy({ loops, audits });
  await network.heavy({ watches: false });
  await buyTokens(await network.as(heavy.index), { coin: parseEther('5') });
  fronts = Object.fromEntries(await Promise.all(KINDS.map(async (kind) => [kind, await startFront()]))) as Record<Kind, Front>;
  for (const [i, kind] of KINDS.entries()) {
    const provider = await network.provider({ parent: heavy.id, region: i + 1, endpoint: fronts[kind].url, price: PRICE });
    fronts[kind].target = provider.url;
    ids.set(kind, provider.id);
  }
  creator = (await network.account()).chain;
  // The node may have looked before a front knew whom it stands for.
  const request = await matchRequest(creator, { k: 2, m: 3, batchLog2: 18, periods: 2 });
  match = await until('all of them', () => askMatch(heavy.url, request).catch(() => undefined));
  const agreement = await openMatch(creator, match);
  await storeBundle(creator, { agreement, bundle: 0, match, sealKey: nodePlatform.randomBytes(32), payloads: [nodePlatform.randomBytes(250_000), nodePlatform.randomBytes(200_000)] });
  fronts.flips.manner = () => 'flip';
  fronts.refuses.manner = () => 'refuse';
  fronts.hoards.manner = ({ count }) => (count === 1 ? 'pass' : 'refuse');
  fronts.denies.manner = () => 'deny';
}, 90_000);

afterAll(async () => {
  await network?.stop();
  for (const front of Object.values(fronts ?? {})) await front.close();
});

async function reportOf(kind: Kind): Promise<ReputationEntry> {
  const report = await requestJson(`${heavy.url}/reputation/${ids.get(kind)}`, { schema: ReputationReport });
  return report.entries[0]!;
}
const linesOf = (kind: Kind, event: string) => network.lines.filter((line) => line.event === event && line['provider'] === ids.get(kind));

describe('audits of a real network', () => {
  it('find wrong bytes, and keep them as evidence that anybody can check', async () => {
    await until('the wrong bytes', () => linesOf('flips', 'audit.wrong')[0]);
    const store = await openNodeStore({ home: heavy.home, name: 'heavy' });
    const evidence = await until('the evidence', () => store.auditEvidence.findFirst({ where: { provider: ids.get('flips')! } }).then((row) => row ?? undefined));
    await store.$disconnect();
    const count = Number(new URL(evidence.url).searchParams.get('count'));
    const claim = { agreement: evidence.agreement, slot: evidence.slot, batchId: '0x' as Hex, root: hexToBytes(evidence.root as Hex), leaves: evidence.leaves, first: evidence.leaf, count };
    expect(judgeBytes(Uint8Array.from(evidence.bytes), claim).outcome).toBe('wrong');
    const mended = Uint8Array.from(evidence.bytes).map((byte, i) => (i === 7 ? byte ^ 1 : byte));
    expect(judgeBytes(mended, claim).outcome).toBe('passed');
  });

  it('take a provider by its own word when it says that it has nothing', async () => {
    await until('the missing fragment', () => linesOf('denies', 'audit.missing')[0]);
    const { parts } = await reportOf('denies');
    expect(parts.audits.bad).toBeGreaterThanOrEqual(7);
  });

  it('turn a failure into a challenge on the chain, within the budget', async () => {
    const posted = await until('the challenge', () => network.lines.find((line) => line.event === 'audit.challenged'));
    expect(posted).toMatchObject({ agreement: 1, slot: expect.any(Number), bond: expect.any(String) });
  });

  it('ask the very same leaf again, later and over a neighbour, before no answer counts', async () => {
    const refused = await until('the refusal', () => linesOf('refuses', 'audit.refused')[0], 45_000);
    expect(refused['reason']).toMatch(/asked 3 times since epoch \d+.*over heavy node/);
    const { slot, leaf } = refused as unknown as { slot: number; leaf: number };
    const same = fronts.refuses.asked.filter(({ path }) => path.includes(`/fragments/${slot}?first=${leaf}&count=1`));
    // Directly three times, and over the neighbour in the two later ones.
    expect(same.length).toBeGreaterThanOrEqual(5);
    expect(linesOf('refuses', 'audit.wrong')).toEqual([]);
    expect(linesOf('refuses', 'audit.missing')).toEqual([]);
  });

  it('find who serves leaves to auditors and nothing to creators', async () => {
    await until('the read that is not served', () => linesOf('hoards', 'retrieval.refused')[0]);
    const { parts } = await reportOf('hoards');
    expect(parts.retrieval.bad).toBeGreaterThan(0);
    expect(parts.audits.bad).toBe(0);
    expect(parts.audits.good).toBeGreaterThan(0);
  });

  it('show nobody a mark of a heavy node', () => {
    for (const { headers } of fronts.honest.asked) {
      expect(Object.keys(headers).sort().filter((name) => !['host', 'accept', 'connection'].includes(name))).toEqual([]);
    }
    const counts = new Set(fronts.honest.asked.map(({ path }) => new URL(path, 'http://x').searchParams.get('count')));
    expect(counts.size).toBeGreaterThan(1);
  });

  it('blame no honest provider', async () => {
    const { parts, state, causes } = await reportOf('honest');
    expect(parts.audits.bad + parts.retrieval.bad).toBe(0);
    expect(parts.audits.good).toBeGreaterThan(0);
    expect([state, causes]).toEqual(['newcomer', []]);
  });

  it('tell an operator where it stands, why, and the way back, in the heavy node\'s signed words', async () => {
    const standings = await readStandings(creator, ids.get('flips')!);
    expect(standings.map(({ heavy: id }) => id)).toContain(heavy.id);
    const lines = standingLines(standings).join('\n');
    expect(lines).toMatch(/(warned|excluded) at heavy node/);
    expect(lines).toMatch(/why: Of the audits of its slots/);
    expect(lines).toMatch(/way back: /);
  });

  it('keep absence apart from loss', async () => {
    const before = (await reportOf('honest')).parts.audits;
    await fronts.honest.close();
    await until('an audit that finds nobody', () => linesOf('honest', 'audit.offline')[0], 30_000);
    const { parts } = await reportOf('honest');
    expect(parts.audits.bad).toBe(0);
    expect(parts.audits.good).toBeGreaterThanOrEqual(before.good * 0.9);
    await until('an epoch of unanswered probes', async () => ((await reportOf('honest')).parts.uptime.bad > 0 ? true : undefined), 20_000);
  });

  it('choose none of those that lost data for the next agreement', async () => {
    const failure = askMatch(heavy.url, await matchRequest(creator, { k: 2, m: 3, batchLog2: 18, periods: 2, explain: true }));
    const { counts } = await failure.catch((error: { details: { counts: Record<string, number> } }) => error.details) as { counts: Record<string, number> };
    expect(counts['low-reputation']).toBeGreaterThanOrEqual(2);
    expect(counts['unreachable']).toBe(1);
  });
});
