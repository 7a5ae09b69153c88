import { useState } from 'react';
import { useAct } from '../../state/act.ts';
import { useClient } from '../../state/client.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Card } from '../../ui/page.tsx';

export function RemoveCard({ name }: { name: string }) {
  const { unlock } = useClient();
  const [isAsked, setAsked] = useState(false);
  const act = useAct(async () => {
    const client = await unlock();
    return (await import('../../../../client/remove.ts')).remove(client, { name });
  }, () => ({ text: `${name} is removed. Older versions stay until their space is given up.` }));
  const confirm = async () => {
    if ((await act.run()) !== undefined) setAsked(false);
  };
  return (
    <Card title="Remove">
      <p className="muted">It leaves your list. Older versions can still be fetched until their space is given up.</p>
      <div className="actions"><Button kind="danger" icon="trash" onClick={() => { act.reset(); setAsked(true); }}>Remove</Button></div>
      <Confirm isOpen={isAsked} isDanger title={`Remove ${name}?`} act="Remove" isBusy={act.isBusy} error={act.error} onClose={() => setAsked(false)} onConfirm={() => void confirm()}>
        <p>The new list of files is stored, for which your wallet asks for a transaction.</p>
      </Confirm>
    </Card>
  );
}
