/** What heavy nodes think of a provider: each one's own signed word. */
import { isAddressEqual } from 'viem';
import { listNodes } from '../chain/list-nodes.ts';
import type { NodeState } from '../chain/node-state.ts';
import type { Chain } from '../chain/types.ts';
import { requestJson } from '../wire/http-client.ts';
import { ReputationReport, standingsHash } from '../wire/reputation.ts';
import type { ReputationEntry } from '../wire/reputation.ts';
import { recoverTyped } from '../wire/typed-data.ts';

export interface Standing {
  readonly heavy: number;
  readonly epoch: number;
  readonly entry: ReputationEntry;
}

/** Heavy nodes asked, the provider's parent first. */
const HEAVIES_MAX = 8;
const ASK_MS = 5_000;

/** Heavy nodes that do not answer, do not know the provider or sign with another key are left out. */
export async function readStandings(chain: Chain, provider: number): Promise<Standing[]> {
  const nodes = await listNodes(chain);
  const parent = nodes.find(({ id }) => id === provider)?.parent;
  const heavies = nodes.filter(({ tier }) => tier === 'heavy').sort((a, b) => Number(b.id === parent) - Number(a.id === parent) || a.id - b.id);
  const answers = await Promise.all(heavies.slice(0, HEAVIES_MAX).map((heavy) => ask(chain, heavy, provider).catch(() => undefined)));
  return answers.filter((answer) => answer !== undefined);
}

async function ask(chain: Chain, heavy: NodeState, provider: number): Promise<Standing | undefined> {
  const url = `${heavy.endpoint.replace(/\/$/, '')}/reputation/${provider}`;
  const report = await requestJson(url, { schema: ReputationReport, timeoutMs: ASK_MS });
  const said = { heavy: report.heavy, epoch: report.epoch, hash: standingsHash(report.entries) };
  const signer = await recoverTyped(chain.domain, 'Standings', said, report.signature);
  const entry = report.entries.find(({ node }) => node === provider);
  if (report.heavy !== heavy.id || !isAddressEqual(signer, heavy.operator) || entry === undefined) return undefined;
  return { heavy: heavy.id, epoch: report.epoch, entry };
}
