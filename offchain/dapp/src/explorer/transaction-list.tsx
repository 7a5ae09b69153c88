import { useState } from 'react';
import { Button, LinkButton } from '../ui/button.tsx';
import { Badge } from '../ui/badge.tsx';
import { Empty } from '../ui/empty.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { plural } from '../ui/format.ts';
import { foldProofs, sayFold } from './fold.ts';
import type { Fold } from './fold.ts';
import { BlockLink, ProviderLink, TransactionLink } from './links.tsx';
import { headlineOf, topicsOf } from './sentence.ts';
import type { EventGroup } from './read-events.ts';
import { SentenceView } from './sentence-view.tsx';
import { SourceNote } from './source-note.tsx';
import { readTransactions } from './transactions.ts';
import type { Subject } from './transactions.ts';
import { useSources } from './use-sources.ts';

/** Transactions in words, the newest first, page by page. `of`: whose. `shown`: so many, with a link to all of them. */
export function TransactionList({ of, shown, none = 'Nothing happened yet.' }: { of?: Subject | undefined; shown?: number; none?: string }) {
  const [page, setPage] = useState(0);
  const query = useSources(['transactions', page, of === undefined ? null : Object.entries(of)[0]?.map(String)], (sources) => readTransactions(sources, { page, of }));
  return (
    <StateOf query={query} what="The list of transactions" lines={5}>
      {({ value: { groups, hasMore }, from }) => groups.length === 0 && page === 0 ? <Empty icon="explore" title={none} /> : (
        <div className="stack-tight">
          <ol className="happened">{foldProofs(groups).slice(0, shown).map((fold) => (fold.groups.length === 1 ? <Happened key={fold.groups[0]!.transaction} group={fold.groups[0]!} /> : <Folded key={fold.groups[0]!.transaction} fold={fold} />))}</ol>
          {from === 'index' ? null : <SourceNote from={from} />}
          {shown !== undefined ? <div className="actions"><LinkButton href="/explorer/transactions" isSmall>All transactions</LinkButton></div> : page === 0 && !hasMore ? null : (
            <div className="actions">
              <Button isSmall disabled={page === 0} onClick={() => setPage(page - 1)}>Newer</Button>
              <Button isSmall disabled={!hasMore} onClick={() => setPage(page + 1)}>Older</Button>
              <span className="muted small">Page {page + 1}</span>
            </div>
          )}
        </div>
      )}
    </StateOf>
  );
}

/** Names are listed up to this many. */
const NAMED_MAX = 8;

function Folded({ fold }: { fold: Fold }) {
  const { groups, providers } = fold;
  return (
    <li>
      <p>{sayFold(fold)}{providers.length > NAMED_MAX ? `, of ${plural(providers.length, 'provider')}` : <>, of {providers.length === 1 ? 'provider' : 'providers'} {providers.map((id, i) => <span key={id}>{i === 0 ? '' : ', '}<ProviderLink id={id} /></span>)}</>}</p>
      <details><summary>{plural(groups.length, 'transaction')}</summary><ol>{groups.map((group) => <Happened key={group.transaction} group={group} />)}</ol></details>
    </li>
  );
}

function Happened({ group }: { group: EventGroup }) {
  const { transaction, block, events } = group;
  const headline = headlineOf(events);
  return (
    <li>
      <p>{headline === undefined ? 'A transaction that none of the contracts spoke of' : <SentenceView event={headline} />}</p>
      <p className="happened-about">
        {topicsOf(headline === undefined ? [] : [headline]).map((topic) => <Badge key={topic}>{topic}</Badge>)}
        <span>Block <BlockLink number={block} /></span><span><TransactionLink hash={transaction} /></span>{events.length > 1 ? <span>and {plural(events.length - 1, 'more event')}</span> : null}
      </p>
    </li>
  );
}
