import { requestJson } from '../../../wire/http-client.ts';
import { ProviderStatus } from '../../../wire/messages.ts';
import { TransactionLink } from '../explorer/links.tsx';
import { useRead } from '../state/read.ts';
import { Badge } from '../ui/badge.tsx';
import { Hint } from '../ui/hint.tsx';
import { Facts } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { formatBytes, formatCount } from '../ui/format.ts';
import { Amount, Bytes, Time } from '../ui/values.tsx';

const ASK_MS = 5_000;
const TONES = { ready: 'good', degraded: 'warn', 'repair-only': 'warn', leaving: 'warn', 'read-only': 'bad', failing: 'bad', starting: 'accent' } as const;

/** What a provider answers about itself: only its own word, beside what the chain says. */
export function NodeAnswer({ endpoint }: { endpoint: string }) {
  const query = useRead(['provider-status', endpoint], () => requestJson(`${endpoint.replace(/\/$/, '')}/status`, { schema: ProviderStatus, timeoutMs: ASK_MS }));
  return (
    <StateOf query={query} what="The node's own word">
      {({ condition, causes = [], storedBytes, freeBytes, price, damaged = 0, readOnly, scrub, lastProof }) => (
        <>
          <Facts rows={[
            { name: 'Condition', value: condition === undefined ? 'not told' : <Badge tone={TONES[condition]}>{condition}</Badge> },
            { name: 'Stored', value: <Bytes value={storedBytes} /> },
            { name: 'Free', value: <Bytes value={freeBytes} /> },
            ...(price === undefined ? [] : [{ name: 'Asks', value: 'perGibEpoch' in price ? <><Amount value={price.perGibEpoch} /> a GiB and epoch</> : <><Amount value={price.perBatchEpoch} /> a parcel<Hint word="batch" /> and epoch</> }]),
            { name: <>Damaged parts<Hint word="fragment" /></>, value: damaged === 0 ? 'none' : <Badge tone="bad">{formatCount(damaged)}</Badge> },
            ...(scrub === undefined ? [] : [{ name: 'Checking its disk', value: `pass ${scrub.pass}, ${formatBytes(scrub.checkedBytes)} so far` }]),
            ...(lastProof === undefined ? [] : [{ name: 'Last proof', value: lastProof.ok ? <>epoch {lastProof.epoch}{lastProof.txHash === undefined ? null : <>, <TransactionLink hash={lastProof.txHash} /></>}</> : <Badge tone="bad">epoch {lastProof.epoch} failed</Badge> }]),
          ]} />
          {lastProof?.error === undefined ? null : <p className="problem">{lastProof.error}</p>}
          {readOnly === undefined ? null : <p className="problem">It takes nothing new: {readOnly}</p>}
          {causes.map(({ code, sentence, since }) => <p key={code}><Badge tone="warn">{code}</Badge> {sentence} <span className="muted small">Since <Time seconds={since} />.</span></p>)}
        </>
      )}
    </StateOf>
  );
}
