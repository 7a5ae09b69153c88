import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { isAddress } from 'viem';
import type { ShareResult } from '../../../../client/share/share.ts';
import { useAct } from '../../state/act.ts';
import { useClient } from '../../state/client.tsx';
import { ASKED_OF_WALLET } from '../../state/read.ts';
import { Button } from '../../ui/button.tsx';
import { CopyBox } from '../../ui/copy-box.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Choices, Field, Select } from '../../ui/field.tsx';
import { plural } from '../../ui/format.ts';
import { Card } from '../../ui/page.tsx';
import { StateOf } from '../../ui/state-of.tsx';
import { OwnShareItem } from './own-share.tsx';

const DAY_SECONDS = 86_400;
const TIMES = [{ value: '0', text: 'Until I take it back' }, { value: '1', text: 'For a day' }, { value: '7', text: 'For a week' }, { value: '30', text: 'For 30 days' }] as const;

/** Lets others read: an address, or whoever has a link. */
export function ShareCard({ name }: { name: string }) {
  const { client, unlock } = useClient();
  const [way, setWay] = useState<'address' | 'link'>('address');
  const [to, setTo] = useState('');
  const [days, setDays] = useState<(typeof TIMES)[number]['value']>('0');
  const [given, setGiven] = useState<ShareResult>();
  // The wallet signs for it, so nobody is asked before he wants to see it.
  const [isAsked, setAsked] = useState(false);
  const shares = useQuery({
    queryKey: ['stored-shares', client?.creator ?? null],
    queryFn: async ({ signal }) => (await import('../../../../client/share/list-shares.ts')).listShares(client!, { signal }),
    enabled: client !== undefined && (isAsked || given !== undefined),
    ...ASKED_OF_WALLET,
  });
  const act = useAct(async () => {
    const one = await unlock();
    const { share } = await import('../../../../client/share/share.ts');
    const expirySeconds = days === '0' ? undefined : Math.floor(await one.chain.nowSeconds()) + Number(days) * DAY_SECONDS;
    return share(one, { target: { name, isPrefix: false }, ...(way === 'link' ? { withLink: true } : { to: [to.trim()] }), expirySeconds });
  }, ({ label }) => ({ text: `${label} is shared.` }));
  const trimmed = to.trim();
  const problem = way === 'link' || trimmed === '' || isAddress(trimmed, { strict: false }) || trimmed.startsWith('holdfast-') ? undefined : 'It must be an address that begins with 0x, or the card that its owner gave you.';
  const mine = shares.data?.filter(({ target }) => target.name === name);
  return (
    <Card title="Share">
      <Choices legend="With" value={way} onChange={setWay} options={[
        { value: 'address', title: 'Somebody with a wallet', text: 'Only that wallet can open it. Its owner has to have opened "Shared with me" once.' },
        { value: 'link', title: 'Whoever has a link', text: 'No wallet is needed. Pass it on with care: it opens the file.' },
      ]} />
      {way === 'address' ? <Field label="Address" placeholder="0x…" spellCheck={false} autoComplete="off" value={to} onChange={({ target }) => setTo(target.value)} problem={problem} /> : null}
      <Select label="How long" value={days} onChange={setDays} options={TIMES} />
      <div className="actions"><Button kind="primary" icon="share" isBusy={act.isBusy} disabled={problem !== undefined || (way === 'address' && trimmed === '')} onClick={() => void act.run().then((result) => result !== undefined && setGiven(result))}>Share</Button></div>
      {act.error === undefined ? null : <Failure error={act.error} what="It was not shared" />}
      {given === undefined ? null : <Given result={given} />}
      {shares.isEnabled || mine !== undefined ? (
        <StateOf query={shares} what="Who can read it" lines={1}>
          {() => mine === undefined || mine.length === 0 ? <p className="muted">You share it with nobody.</p> : <ul className="stack-tight" aria-label="Who can read it">{mine.map((one) => <li key={one.id}><OwnShareItem share={one} /></li>)}</ul>}
        </StateOf>
      ) : <div className="actions"><Button kind="quiet" isSmall onClick={() => setAsked(true)}>Show who can read it</Button><span className="muted small">Your wallet signs the question. It costs nothing.</span></div>}
    </Card>
  );
}

function Given({ result: { link, grants, failed } }: { result: ShareResult }) {
  return (
    <div className="stack-tight" role="status">
      {link === undefined ? null : <CopyBox label="The link" value={link} />}
      {grants.map(({ to, text }) => <CopyBox key={to} label={`For ${to}, should it not arrive by itself`} value={text} />)}
      {failed.length === 0 ? null : <p className="problem">{plural(failed.length, 'recipient')} could not be told: {failed.map(({ address, reason }) => `${address} (${reason})`).join('; ')}</p>}
    </div>
  );
}
