import { useState } from 'react';
import type { OwnShare } from '../../../../client/share/list-shares.ts';
import { useAct } from '../../state/act.ts';
import { useClient } from '../../state/client.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Toggle } from '../../ui/field.tsx';
import { formatTime } from '../../ui/format.ts';
import { Hex } from '../../ui/values.tsx';

/** One share, and taking it back. */
export function OwnShareItem({ share }: { share: OwnShare }) {
  const { unlock } = useClient();
  const [isAsked, setAsked] = useState(false);
  const [keepBytes, setKeep] = useState(false);
  const act = useAct(async () => {
    const client = await unlock();
    return (await import('../../../../client/share/revoke.ts')).revoke(client, { share: share.id, keepBytes });
  }, () => ({ text: 'It is taken back.' }));
  const confirm = async () => {
    if ((await act.run()) !== undefined) setAsked(false);
  };
  return (
    <div className="spread">
      <span className="row">
        {share.link === undefined ? null : <Badge tone="warn">Link</Badge>}
        {share.recipients.map(({ address, hasNewest }) => <span key={address} className="row"><Hex value={address} />{hasNewest ? null : <Badge tone="warn">not told yet</Badge>}</span>)}
        <span className="muted small">{share.expiry === 0 ? 'until taken back' : `until ${formatTime(share.expiry)}`}</span>
      </span>
      <Button kind="danger" isSmall onClick={() => { act.reset(); setAsked(true); }}>{share.isRekeying ? 'Go on taking it back' : 'Take back'}</Button>
      <Confirm isOpen={isAsked} isDanger title="Take it back?" act="Take back" isBusy={act.isBusy} error={act.error} onClose={() => setAsked(false)} onConfirm={() => void confirm()}>
        <p>It is stored anew under new keys, so that the old ones open nothing. What was downloaded already cannot be taken back.</p>
        <Toggle label="Only close later versions" note="Cheaper: nothing is stored anew, but who has the keys can read what lies there now." isOn={keepBytes} onChange={setKeep} />
      </Confirm>
    </div>
  );
}
