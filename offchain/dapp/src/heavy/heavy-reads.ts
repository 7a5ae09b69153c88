/** What a heavy node says of itself, and what the chain says of it. Amounts are token units. */
import { isAddressEqual } from 'viem';
import { z } from 'zod';
import { agreementsWithFootprint } from '../../../chain/agreements-with-footprint.ts';
import { marketAbi } from '../../../chain/generated/abi.ts';
import { listNodes } from '../../../chain/list-nodes.ts';
import type { NodeState } from '../../../chain/node-state.ts';
import { owedTo, owedToNode } from '../../../chain/read-money.ts';
import { readNode } from '../../../chain/read-node.ts';
import type { Chain } from '../../../chain/types.ts';
import { ReputationReport, standingsHash } from '../../../wire/reputation.ts';
import type { ReputationEntry } from '../../../wire/reputation.ts';
import { requestJson } from '../../../wire/http-client.ts';
import { HeavyStatus } from '../../../wire/messages.ts';
import { WorkersReply } from '../../../wire/jobs.ts';
import { recoverTyped } from '../../../wire/typed-data.ts';
import { HoldfastError } from '../../../wire/errors.ts';
import { amount, whole } from '../explorer/graph-values.ts';
import { fromIndexOrChain } from '../explorer/sources.ts';
import type { Sourced, Sources } from '../explorer/sources.ts';

const ASK_MS = 5_000;

function at(endpoint: string, path: string): string {
  return `${endpoint.replace(/\/$/, '')}${path}`;
}

/** @throws TransportError, RemoteError */
export function readHeavyStatus(endpoint: string): Promise<HeavyStatus> {
  return requestJson(at(endpoint, '/status'), { schema: HeavyStatus, timeoutMs: ASK_MS });
}

/** @throws TransportError, RemoteError */
export function readWorkers(endpoint: string): Promise<WorkersReply> {
  return requestJson(at(endpoint, '/workers'), { schema: WorkersReply, timeoutMs: ASK_MS });
}

/** By the registry: who named it as the parent. */
export async function readChildren(chain: Chain, id: number): Promise<NodeState[]> {
  return (await listNodes(chain)).filter(({ parent, tier }) => parent === id && tier !== 'heavy');
}

/** Pages of standings that are fetched at most: 500 providers each. */
const PAGES_MAX = 4;

/** Signed by the node's operator, or refused. `isWhole`: there are no more. @throws BAD_STANDINGS, TransportError */
export async function readReputation(chain: Chain, heavy: Pick<NodeState, 'id' | 'operator' | 'endpoint'>): Promise<{ readonly entries: readonly ReputationEntry[]; readonly epoch: number; readonly isWhole: boolean }> {
  const entries: ReputationEntry[] = [];
  let epoch = 0;
  let from: number | undefined = 1;
  for (let page = 0; page < PAGES_MAX && from !== undefined; page++) {
    const report: ReputationReport = await requestJson(at(heavy.endpoint, `/reputation?from=${from}`), { schema: ReputationReport, timeoutMs: ASK_MS });
    const signer = await recoverTyped(chain.domain, 'Standings', { heavy: report.heavy, epoch: report.epoch, hash: standingsHash(report.entries) }, report.signature);
    if (report.heavy !== heavy.id || !isAddressEqual(signer, heavy.operator)) throw new HoldfastError('BAD_STANDINGS', `What ${heavy.endpoint} says was not signed by heavy node ${heavy.id}.`, { nextStep: 'Do not trust that address; look at what other heavy nodes say.' });
    entries.push(...report.entries);
    epoch = report.epoch;
    from = report.next;
  }
  return { entries, epoch, isWhole: from === undefined };
}

export interface HeavyFigures {
  readonly matches: number;
  readonly children: number;
  /** Settled, as the creators' heavy node and as a parent. Unknown without the index. */
  readonly fees: bigint | undefined;
  readonly owed: bigint;
  readonly toBurn: bigint;
  /** Bounties and rewards of its operator. */
  readonly bounties: bigint;
}

const Answer = z.object({ heavyNode: z.object({ matches: whole, fees: amount, parentFees: amount }).nullable() });

export async function readHeavyFigures(sources: Sources, id: number): Promise<Sourced<HeavyFigures>> {
  const { chain } = sources;
  const { operator } = await readNode(chain, id);
  const [owed, toBurn, bounties, children] = await Promise.all([
    owedToNode(chain, id),
    chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'burnedFor', args: [id] }),
    owedTo(chain, operator),
    readChildren(chain, id),
  ]);
  const common = { owed, toBurn, bounties, children: children.length };
  return fromIndexOrChain<HeavyFigures>(
    sources,
    async (ask) => {
      const { heavyNode } = await ask({ query: 'query Heavy($id: ID!) { heavyNode(id: $id) { matches fees parentFees } }', variables: { id: String(id) }, schema: Answer });
      return { ...common, matches: heavyNode?.matches ?? 0, fees: (heavyNode?.fees ?? 0n) + (heavyNode?.parentFees ?? 0n) };
    },
    async () => ({ ...common, matches: (await agreementsWithFootprint(chain, id)).length, fees: undefined }),
  );
}
