import { useState } from 'react';
import { agreementsWithFootprint } from '../../../chain/agreements-with-footprint.ts';
import type { Chain } from '../../../chain/types.ts';
import { readAgreementView } from '../explorer/agreement-view.ts';
import type { AgreementView } from '../explorer/agreement-view.ts';
import { AgreementTable } from '../explorer/agreements-page.tsx';
import { useRead } from '../state/read.ts';
import { Button } from '../ui/button.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { formatCount } from '../ui/format.ts';
import { PickHeavy } from './pick-heavy.tsx';

const SIZE = 15;

export function Page() {
  return <Frame title="Matches" lead="Agreements that it brought about: its number stands in each, and with it its claim to a share of the rent."><PickHeavy>{({ id }) => <Matches id={id} />}</PickHeavy></Frame>;
}

export async function readMatches(chain: Chain, id: number, page: number): Promise<{ readonly views: AgreementView[]; readonly count: number }> {
  const ids = (await agreementsWithFootprint(chain, id)).reverse();
  return { views: await Promise.all(ids.slice(page * SIZE, (page + 1) * SIZE).map((one) => readAgreementView(chain, one))), count: ids.length };
}

function Matches({ id }: { id: number }) {
  const [page, setPage] = useState(0);
  const query = useRead(['matches', id, page], (chain) => readMatches(chain, id, page));
  return (
    <Card title="Agreements with its footprint" hint={<Hint word="footprint" />}>
      <StateOf query={query} what="The matches" lines={6}>
        {({ views, count }) => (
          <>
            <AgreementTable views={views} none="It has not brought anybody together yet." without="heavy" />
            {count <= SIZE ? null : <div className="actions"><Button isSmall disabled={page === 0} onClick={() => setPage(page - 1)}>Newer</Button><Button isSmall disabled={(page + 1) * SIZE >= count} onClick={() => setPage(page + 1)}>Older</Button><span className="muted small">{formatCount(count)} in all</span></div>}
          </>
        )}
      </StateOf>
    </Card>
  );
}
