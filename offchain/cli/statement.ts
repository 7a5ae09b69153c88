/** `holdfast earnings` and `holdfast provider earnings`. */
import type { Address } from 'viem';
import { earningsOf } from '../provider/earnings.ts';
import { readNode } from '../chain/read-node.ts';
import { readCreatorAccount } from '../earnings/creator-statement.ts';
import { readHeavyAccount } from '../earnings/heavy-statement.ts';
import type { HeavyStatement } from '../earnings/heavy-statement.ts';
import { readProviderAccount } from '../earnings/provider-statement.ts';
import type { ProviderStatement } from '../earnings/provider-statement.ts';
import { nodesOf } from '../earnings/read-statement.ts';
import { creatorTable, heavyTable, providerTable } from '../earnings/tables.ts';
import { groupingOf, writeTable } from './earnings-csv.ts';
import type { TableOptions } from './earnings-csv.ts';
import { readsLines } from './earnings-report.ts';
import { ownNode } from './own-node.ts';
import { withProviderStore } from './provider-store.ts';
import { readIncome } from './read-income.ts';
import type { Session } from './session.ts';
import { creatorLines, heavyStatementLines, providerLines } from './statement-report.ts';
import { formatAmount } from './units.ts';

/** Of any node, from the chain alone. */
export async function showNode(session: Session, options: TableOptions, id: number): Promise<void> {
  const by = groupingOf(options.by);
  const { output } = session;
  const chain = await session.chain();
  const { tier } = await readNode(chain, id);
  if (tier === 'heavy') {
    const account = await readHeavyAccount(chain, id);
    if (options.csv !== undefined) return writeTable(output, options.csv, heavyTable(account));
    return output.result(account.statement, () => heavyStatementLines(account.statement));
  }
  const account = await readProviderAccount(chain, id);
  if (options.csv !== undefined) return writeTable(output, options.csv, providerTable(account, by));
  output.result(account.statement, () => providerLines(account.statement));
}

/** Of an address: as a creator, and what its nodes earned. A table has the creator's lines; nodes have tables of their own. */
export async function showCreator(session: Session, options: TableOptions, address: Address): Promise<void> {
  const by = groupingOf(options.by);
  const { output } = session;
  const chain = await session.chain();
  const account = await readCreatorAccount(chain, address);
  if (options.csv !== undefined) return writeTable(output, options.csv, creatorTable(account, by));
  const providers: ProviderStatement[] = [];
  const heavies: HeavyStatement[] = [];
  for (const id of await nodesOf(chain, address)) {
    if ((await readNode(chain, id)).tier === 'heavy') heavies.push((await readHeavyAccount(chain, id)).statement);
    else providers.push((await readProviderAccount(chain, id)).statement);
  }
  output.result({ address, creator: account.statement, providers, heavies }, () => [...creatorLines(account.statement), ...providers.flatMap((one) => ['', ...providerLines(one)]), ...heavies.flatMap((one) => ['', ...heavyStatementLines(one)])]);
}

/** Of this home folder's provider: with rewards that can be claimed and vouchers that wait in its files, which no event knows. */
export async function showOwnProvider(session: Session, options: TableOptions): Promise<void> {
  const by = groupingOf(options.by);
  const { output } = session;
  const { chain, id } = await ownNode(session, 'provider');
  const account = await readProviderAccount(chain, id);
  if (options.csv !== undefined) return writeTable(output, options.csv, providerTable(account, by));
  const reads = await withProviderStore(session, (store) => readIncome(chain, { store, id }));
  const { perEpoch, slashed } = await earningsOf(chain, id);
  output.result({ ...account.statement, provider: id, perEpoch, slashed, ...reads }, () => [...providerLines(account.statement), `It earns ${formatAmount(perEpoch)} tokens for each epoch that it proves.`, ...readsLines(reads)]);
}
