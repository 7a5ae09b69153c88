import { useParams } from 'wouter';
import { epochAt } from '../../../chain/epoch.ts';
import { ChainError } from '../../../chain/chain-errors.ts';
import type { Chain } from '../../../chain/types.ts';
import { useRead } from '../state/read.ts';
import { LinkButton } from '../ui/button.tsx';
import { Card, Facts, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { formatCount } from '../ui/format.ts';
import { Hex, Time } from '../ui/values.tsx';
import './explorer.css';
import { EpochLink } from './links.tsx';
import { NothingHere } from './nothing-here.tsx';
import { TransactionList } from './transaction-list.tsx';

export function Page() {
  const text = useParams()['number'] ?? '';
  return /^[0-9]{1,15}$/.test(text) ? <One key={text} number={BigInt(text)} /> : <NothingHere title="Block">That is no number of a block.</NothingHere>;
}

async function readBlock(chain: Chain, number: bigint) {
  const head = await chain.ask('the latest block', (client) => client.getBlockNumber());
  if (number > head) throw new ChainError('NO_SUCH_BLOCK', `There is no block ${number} yet: the newest is ${head}.`, { retryable: true, nextStep: 'Wait for it, or look at an earlier one.' });
  const { hash, timestamp, gasUsed, transactions } = await chain.ask('a block', (client) => client.getBlock({ blockNumber: number }));
  return { head, hash, seconds: Number(timestamp), gasUsed, transactions: transactions.length, epoch: epochAt(chain.clock, Number(timestamp)) };
}

function One({ number }: { number: bigint }) {
  const query = useRead(['block', number], (chain) => readBlock(chain, number));
  return (
    <Frame title={`Block ${formatCount(number)}`} actions={<>{number === 0n ? null : <LinkButton href={`/explorer/blocks/${number - 1n}`} isSmall>Before</LinkButton>}<LinkButton href={`/explorer/blocks/${number + 1n}`} isSmall>After</LinkButton></>}>
      <StateOf query={query} what="The block">
        {({ hash, seconds, gasUsed, transactions, epoch }) => (
          <>
            <Card title="Details">
              <Facts rows={[
                { name: 'When', value: <Time seconds={seconds} style="both" /> },
                ...(epoch < 0 ? [] : [{ name: 'Epoch', value: <EpochLink epoch={epoch} /> }]),
                { name: 'Hash', value: <Hex value={hash ?? '0x'} keep={10} /> },
                { name: 'Transactions', value: formatCount(transactions) },
                { name: 'Gas', value: formatCount(gasUsed) },
              ]} />
            </Card>
            <Card title="What happened in it"><TransactionList of={{ block: number }} none="None of Holdfast’s contracts spoke in this block." /></Card>
          </>
        )}
      </StateOf>
    </Frame>
  );
}
