import { Link } from 'wouter';
import type { MatchReply } from '../../../../wire/messages.ts';
import { plural } from '../../ui/format.ts';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';
import { Amount } from '../../ui/values.tsx';
import { regionName } from '../../ui/regions.ts';

type Offer = MatchReply['offers'][number];

/** Why each provider was chosen, and why others were not. */
export function ProviderTable({ match: { offers, refused } }: { match: MatchReply }) {
  const columns: readonly Column<Offer>[] = [
    { title: 'Provider', isName: true, cell: ({ provider }) => <Link href={`/explorer/providers/${provider}`}>No. {provider}</Link> },
    { title: 'Region', cell: ({ region }) => regionName(region) },
    { title: 'Price a parcel and epoch', isNumber: true, cell: ({ price }) => <Amount value={price} /> },
    { title: 'Chosen because', cell: ({ reason }) => reason },
  ];
  return (
    <details className="disclosure">
      <summary>Why these {plural(offers.length, 'provider')}{refused.length === 0 ? '' : `, and not ${plural(refused.length, 'other')}`}</summary>
      <Table caption="The providers of this quote" columns={columns} rows={offers} rowKey={({ provider }) => provider} />
      {refused.length === 0 ? null : <ul className="refused">{refused.slice(0, 40).map(({ provider, reason }) => <li key={provider}><Link href={`/explorer/providers/${provider}`}>No. {provider}</Link> was not taken: {reason}</li>)}</ul>}
    </details>
  );
}
