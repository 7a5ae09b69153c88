/** What is wrong with the chain, as this node sees it. */
import type { Address } from 'viem';
import type { Chain } from '../chain/client.ts';
import { DEV_CHAIN_ID } from '../chain/dev-accounts.ts';
import { networkHealth } from '../chain/network-health.ts';
import type { EndpointReport } from '../chain/rpc-endpoint.ts';
import type { Fact } from './fact.ts';
import { within } from '../wire/timing.ts';
import { reasonOf } from './fact.ts';
import type { HealthSettings } from './settings.ts';

const ANSWER_MS = 3_000;
/** Balance and gas price change slowly. */
const GAS_FRESH_MS = 30_000;
/** One proof of five samples at 10 TiB and 100 agreements. */
const GAS_LEAST = 320_000n;
/** While blocks come, the newest may be this old without a wrong clock. */
const SKEW_SECONDS = 60;

export interface ChainFacts {
  look(): Promise<Fact[]>;
  /** For the metrics: Unix seconds of the newest block seen, and its number. */
  readonly head: { readonly number: bigint; readonly seconds: number } | undefined;
}

export function createChainFacts(options: { readonly chain: Chain; readonly account: Address; readonly settings: HealthSettings; readonly nowMs?: () => number }): ChainFacts {
  const { chain, account, settings, nowMs = Date.now } = options;
  const { headAgeSeconds, gasReserve } = settings;
  const skewSeconds = settings.clockSkewSeconds ?? (chain.deployment.chainId === DEV_CHAIN_ID ? 0 : SKEW_SECONDS);
  let head: ChainFacts['head'];
  let headMs = nowMs();
  let gas: { readonly atMs: number; readonly facts: Fact[] } | undefined;
  let isRepairOnly: Fact[] = [];

  const readHead = async (): Promise<Fact[]> => {
    const { number, timestamp } = await within(chain.ask('the latest block', (client) => client.getBlock({ blockTag: 'latest' })), ANSWER_MS);
    const isNew = number !== head?.number;
    if (isNew) headMs = nowMs();
    head = { number, seconds: Number(timestamp) };
    const ageSeconds = Math.floor((nowMs() - headMs) / 1000);
    const facts: Fact[] = [];
    if (ageSeconds > headAgeSeconds) facts.push({ code: 'HEAD_OLD', sentence: `No new block came for ${ageSeconds} s: the RPC, or the chain, stands still at block ${number}.` });
    const behindSeconds = Math.floor(nowMs() / 1000) - head.seconds;
    // A chain that stands still says nothing about clocks.
    if (skewSeconds > 0 && (behindSeconds < -skewSeconds || (isNew && behindSeconds > Math.max(skewSeconds, headAgeSeconds)))) {
      const side = behindSeconds < 0 ? 'behind' : 'ahead of';
      facts.push({ code: 'CLOCK_WRONG', sentence: `The clock of this machine is ${Math.abs(behindSeconds)} s ${side} the chain's newest block. The node goes by the chain's time; set the clock.` });
    }
    return facts;
  };

  const readGas = async (): Promise<Fact[]> => {
    if (gas !== undefined && nowMs() - gas.atMs < GAS_FRESH_MS) return gas.facts;
    const [balance, price] = await within(chain.ask('the balance', (client) => Promise.all([client.getBalance({ address: account }), client.getGasPrice()])), ANSWER_MS);
    gas = { atMs: nowMs(), facts: gasFacts({ account, balance, price, gasReserve }) };
    return gas.facts;
  };

  const readMode = async (): Promise<Fact[]> => {
    const health = await within(networkHealth(chain), ANSWER_MS);
    const share = health.provenBps / 100;
    isRepairOnly = health.isRepairOnly ? [{ code: 'REPAIR_ONLY', sentence: `The network is in repair-only mode: ${share} % of the promised space was proven lately. Reads, proofs and repairs go on; new data is refused until that share has recovered.` }] : [];
    return isRepairOnly;
  };

  return {
    get head() {
      return head;
    },
    async look() {
      const away = awayFacts(chain.endpoints());
      try {
        return [...(await readHead()), ...(await readGas()), ...(await readMode()), ...away];
      } catch (error) {
        // What the chain said last of the network still stands.
        return [{ code: 'RPC_AWAY', sentence: `No RPC address answers: ${reasonOf(error)}` }, ...isRepairOnly, ...awayFacts(chain.endpoints())];
      }
    },
  };
}

function gasFacts({ account, balance, price, gasReserve }: { readonly account: Address; readonly balance: bigint; readonly price: bigint; readonly gasReserve: number }): Fact[] {
  const pays = price === 0n ? undefined : balance / price;
  if (pays === undefined || pays >= BigInt(gasReserve)) return [];
  const sentence = `The coin of ${account} pays for ${pays} gas at the current price; ${gasReserve} should be there. Send it some of the chain's coin.`;
  return [{ code: pays < GAS_LEAST ? 'GAS_EMPTY' : 'GAS_LOW', sentence }];
}

/** One of several addresses is left out: nothing is wrong yet, and somebody should look. */
function awayFacts(endpoints: readonly EndpointReport[]): Fact[] {
  if (endpoints.length < 2) return [];
  return endpoints.flatMap(({ address, state, cause }, place) =>
    state === 'ok' || state === 'unknown' ? [] : [{ code: 'RPC_DEGRADED', about: String(place), sentence: `RPC address ${place + 1} (${address}) is left out: ${cause ?? state}.` } as const],
  );
}
