import type { Address } from 'viem';
import { Fragment } from 'react';
import { Amount, Bytes, Time } from '../ui/values.tsx';
import { AddressLink, AgreementLink, EpochLink, NodeLink } from './links.tsx';
import { plainPart, sayEvent } from './sentence.ts';
import type { ChainEvent, Part } from './sentence.ts';

/** Beyond it a calendar has no dates. */
const LAST_SECOND = 8.64e12;

/** What an event says, with links and amounts. */
export function SentenceView({ event }: { event: Pick<ChainEvent, 'contract' | 'name' | 'args'> }) {
  return <span className="sentence">{sayEvent(event).map((part, index) => <Fragment key={index}>{typeof part === 'string' ? part : <PartView kind={part.kind} value={part.value} />}</Fragment>)}</span>;
}

function PartView({ kind, value }: Exclude<Part, string>) {
  switch (kind) {
    case 'node': return <NodeLink id={Number(value)} />;
    case 'agreement': return <AgreementLink id={Number(value)} />;
    case 'address': return <AddressLink address={value as Address} />;
    case 'epoch': return <EpochLink epoch={Number(value)} />;
    case 'tokens': return <Amount value={BigInt(value as bigint)} />;
    case 'coin': return <Amount value={BigInt(value as bigint)} unit="coin" />;
    case 'bytes': return <Bytes value={value as bigint} />;
    case 'time': return Number(value) < LAST_SECOND ? <Time seconds={Number(value)} style="full" /> : <>the end of time</>;
    default: return <>{plainPart(kind, value)}</>;
  }
}
