import { useParams } from 'wouter';
import type { Hex as HexText } from 'viem';
import { useRead } from '../state/read.ts';
import { Badge } from '../ui/badge.tsx';
import { Card, Facts, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { formatBytes, formatCount } from '../ui/format.ts';
import { Amount, Hex, Time } from '../ui/values.tsx';
import { argumentText } from './argument-text.ts';
import { CONTRACT_WORDS } from './contracts.ts';
import './explorer.css';
import { AddressLink, BlockLink, EpochLink } from './links.tsx';
import { NothingHere } from './nothing-here.tsx';
import { readTransaction } from './read-transaction.ts';
import type { TransactionView } from './read-transaction.ts';
import { headlineOf } from './sentence.ts';
import { SentenceView } from './sentence-view.tsx';

export function Page() {
  const hash = useParams()['hash'] ?? '';
  return /^0x[0-9a-f]{64}$/i.test(hash) ? <One key={hash} hash={hash as HexText} /> : <NothingHere title="Transaction">That is no number of a transaction: it has 0x and 64 hexadecimal digits.</NothingHere>;
}

const TONES = { success: 'good', reverted: 'bad', pending: 'warn' } as const;
const WORDS = { success: 'done', reverted: 'refused', pending: 'on its way' } as const;

function One({ hash }: { hash: HexText }) {
  const query = useRead(['transaction', hash], (chain) => readTransaction(chain, hash));
  return (
    <Frame title={<>Transaction {query.data === undefined ? null : <Badge tone={TONES[query.data.status]}>{WORDS[query.data.status]}</Badge>}</>} lead={<Hex value={hash} keep={10} />}>
      <StateOf query={query} what="The transaction">{(view) => <Details view={view} />}</StateOf>
    </Frame>
  );
}

function Details({ view }: { view: TransactionView }) {
  const { events, status, reason, contract, call, from, to } = view;
  const headline = headlineOf(events);
  return (
    <>
      <Card title="What happened" {...(status === 'reverted' ? { tone: 'bad' as const } : {})}>
        {status === 'pending' ? <p>It is on its way: no block has taken it yet.</p>
          : status === 'reverted' ? <><p>{reason?.sentence ?? 'The contract refused it, and nothing but the gas was paid.'}</p>{reason === undefined ? null : <p className="next-step">{reason.nextStep}</p>}</>
          : headline === undefined ? <p>None of Holdfast’s contracts had anything to say about it.</p>
          : <><p className="lead"><SentenceView event={headline} /></p>{events.length > 1 ? <ol className="happened">{events.map((event) => <li key={event.index}><p><SentenceView event={event} /></p><p className="happened-about"><Badge>{CONTRACT_WORDS[event.contract]}</Badge><span className="mono">{event.name}</span></p></li>)}</ol> : null}</>}
      </Card>
      <Card title="Details">
        <Facts rows={[
          { name: 'From', value: <AddressLink address={from} /> },
          { name: 'To', value: to === null ? 'a new contract' : <>{contract === undefined ? null : `${CONTRACT_WORDS[contract]}, `}<AddressLink address={to} /></> },
          ...(view.block === undefined ? [] : [{ name: 'Block', value: <BlockLink number={view.block} /> }]),
          ...(view.seconds === undefined ? [] : [{ name: 'When', value: <Time seconds={view.seconds} style="both" /> }]),
          ...(view.epoch === undefined || view.epoch < 0 ? [] : [{ name: 'Epoch', value: <EpochLink epoch={view.epoch} /> }]),
          ...(view.value === 0n ? [] : [{ name: 'Sent along', value: <Amount value={view.value} unit="coin" /> }]),
          ...(view.fee === undefined ? [] : [{ name: 'Cost', value: <><Amount value={view.fee} unit="coin" digits={8} /> for {formatCount(view.gasUsed ?? 0n)} gas</> }]),
          { name: 'Sent data', value: formatBytes(view.inputBytes) },
        ]} />
        {call === undefined ? null : (
          <details>
            <summary>What was called: <span className="mono">{call.name}</span></summary>
            <dl className="arguments">{call.args.map(({ name, value }) => <div key={name}><dt className="muted mono">{name}</dt><dd className="mono">{argumentText(value)}</dd></div>)}</dl>
          </details>
        )}
      </Card>
    </>
  );
}
