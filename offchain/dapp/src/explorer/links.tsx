import { getAddress } from 'viem';
import type { Address, Hex as HexText } from 'viem';
import { Link } from 'wouter';
import { Hex } from '../ui/values.tsx';

/** Things of the explorer, each as a link to its page. */

export function ProviderLink({ id }: { id: number }) {
  return <Link href={`/explorer/providers/${id}`}>{id}</Link>;
}

export function HeavyLink({ id }: { id: number }) {
  return <Link href={`/explorer/heavy-nodes/${id}`}>{id}</Link>;
}

/** Which of the two a node is, its page finds out. */
export function NodeLink({ id }: { id: number }) {
  return id === 0 ? <span className="muted">nobody</span> : <ProviderLink id={id} />;
}

export function AgreementLink({ id }: { id: number }) {
  return <Link href={`/explorer/agreements/${id}`}>{id}</Link>;
}

export function EpochLink({ epoch }: { epoch: number }) {
  return <Link href={`/explorer/epochs/${epoch}`}>{epoch}</Link>;
}

export function AddressLink({ address }: { address: Address }) {
  const shown = getAddress(address);
  return <Link href={`/explorer/addresses/${shown}`}><Hex value={shown} /></Link>;
}

export function TransactionLink({ hash }: { hash: HexText }) {
  return <Link href={`/explorer/transactions/${hash}`}><Hex value={hash} keep={6} /></Link>;
}

export function BlockLink({ number }: { number: bigint }) {
  return <Link href={`/explorer/blocks/${number}`}>{number.toLocaleString('en')}</Link>;
}
