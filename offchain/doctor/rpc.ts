/** Each RPC address by itself: does it answer, on which chain is it, how far behind the others. */
import { createPublicClient, http } from 'viem';
import { reasonOf } from '../health/fact.ts';
import { fail, ok, warn } from './finding.ts';
import type { Check, Finding } from './finding.ts';

const ANSWER_MS = 5_000;
const SLOW_MS = 1_000;
/** As offchain/chain's pool: one further behind than this is left out. */
const LAG_BLOCKS = 5n;
/** A chain that makes no block for so long stands still. */
const HEAD_SECONDS = 300;
const SKEW_SECONDS = 60;

export interface Head {
  readonly url: string;
  readonly number: bigint;
  readonly seconds: number;
  readonly latencyMs: number;
  readonly seenMs: number;
}

type Look = { readonly url: string; readonly chainId: number; readonly head: Head } | { readonly url: string; readonly reason: string };

/** `chainId`: of the deployment; undefined where that cannot be read. `isDevelopment`: blocks come by need, and time may jump. */
export function rpcCheck(options: { readonly urls: readonly string[]; readonly chainId: number | undefined; readonly isDevelopment: boolean; readonly nowMs?: () => number }): Check {
  return {
    name: 'rpc',
    async run() {
      const { urls, chainId } = options;
      if (urls.length === 0) return fail('rpc', 'No RPC address is configured.', 'Name one with --rpc, or in network.rpc of config.json.');
      const looks = await Promise.all(urls.map(lookAt));
      const heads = looks.flatMap((look) => ('head' in look && (chainId === undefined || look.chainId === chainId) ? [look.head] : []));
      const newest = heads.reduce<Head | undefined>((best, head) => (best === undefined || head.number > best.number ? head : best), undefined);
      // One of several that is away is passed over by the pool; the only one is not.
      const isAlone = heads.length === 0;
      return [...looks.map((look) => judge(look, { chainId, newest, isAlone })), ...(newest === undefined ? [] : [clock(newest, options)])];
    },
  };
}

async function lookAt(url: string): Promise<Look> {
  const client = createPublicClient({ transport: http(url, { timeout: ANSWER_MS, retryCount: 0 }) });
  const started = performance.now();
  try {
    const [chainId, { number, timestamp }] = await Promise.all([client.getChainId(), client.getBlock({ blockTag: 'latest' })]);
    return { url, chainId, head: { url, number, seconds: Number(timestamp), latencyMs: Math.round(performance.now() - started), seenMs: Date.now() } };
  } catch (error) {
    return { url, reason: reasonOf(error) };
  }
}

function judge(look: Look, { chainId, newest, isAlone }: { chainId: number | undefined; newest: Head | undefined; isAlone: boolean }): Finding {
  const { url } = look;
  const bad = isAlone ? fail : warn;
  if ('reason' in look) return bad('rpc', `${url} does not answer: ${look.reason}.`, 'Check the address and that the chain runs; name a second one beside it.', { facts: { url } });
  if (chainId !== undefined && look.chainId !== chainId) return bad('rpc', `${url} serves chain ${look.chainId}; the deployment is on chain ${chainId}.`, 'Use an address of that chain, or another deployment file.', { facts: { url, chainId: look.chainId } });
  const { number, latencyMs } = look.head;
  const lag = newest === undefined ? 0n : newest.number - number;
  const facts = { url, block: number, lagBlocks: lag, latencyMs };
  if (lag > LAG_BLOCKS) return warn('rpc', `${url} is ${lag} blocks behind the others.`, 'Wait until it has caught up, or take another.', { facts });
  if (latencyMs > SLOW_MS) return warn('rpc', `${url} took ${latencyMs} ms for an answer.`, 'Take one that is nearer.', { facts });
  return ok('rpc', `${url} answers in ${latencyMs} ms, at block ${number}.`, { facts });
}

function clock(newest: Head, { isDevelopment, nowMs = Date.now }: { readonly isDevelopment: boolean; readonly nowMs?: () => number }): Finding {
  const behindSeconds = Math.round(nowMs() / 1000) - newest.seconds;
  const facts = { behindSeconds };
  if (isDevelopment) return ok('clock', `A development chain keeps a time of its own (${behindSeconds} s behind this machine).`, { facts });
  if (behindSeconds < -SKEW_SECONDS) return fail('clock', `The clock of this machine is ${-behindSeconds} s behind the chain's newest block.`, 'Set the clock (ntp, chrony, systemd-timesyncd): proofs and tickets go by time.', { facts });
  if (behindSeconds > HEAD_SECONDS) return fail('clock', `The newest block is ${behindSeconds} s old: the chain stands still, or the clock of this machine is ahead.`, 'Compare the clock with another machine; then ask whoever runs the RPC.', { facts });
  return ok('clock', `The newest block is ${behindSeconds} s old.`, { facts });
}
