import type { UseQueryResult } from '@tanstack/react-query';
import type { TariffReply } from '../../../wire/tariff.ts';
import { Hint } from '../ui/hint.tsx';
import { Facts } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Amount, Bytes } from '../ui/values.tsx';

/** What the node asks and promises now, by its own word. */
export function TariffFacts({ query }: { query: UseQueryResult<TariffReply> }) {
  return (
    <StateOf query={query} what="What the node asks now">
      {({ price, capacityBytes, promisedBytes, freeBytes, setBy }) => (
        <Facts rows={[
          { name: 'Asks now', value: 'perGibEpoch' in price ? <><Amount value={price.perGibEpoch} /> a GiB and epoch</> : <><Amount value={price.perBatchEpoch} /> a parcel<Hint word="batch" /> and epoch</> },
          { name: 'Promises at most', value: <Bytes value={capacityBytes} /> },
          { name: 'Taken of that', value: <Bytes value={promisedBytes} /> },
          { name: 'Free for offers', value: <Bytes value={freeBytes} /> },
          { name: 'Set by', value: setBy === 'owner' ? 'a wallet, from a page like this' : 'its configuration' },
        ]} />
      )}
    </StateOf>
  );
}
