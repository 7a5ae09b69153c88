import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { ReceivedShare } from '../../../../client/share/accept.ts';
import { HoldfastError } from '../../../../wire/errors.ts';
import { useAct } from '../../state/act.ts';
import { ASKED_OF_WALLET } from '../../state/read.ts';
import { useClient } from '../../state/client.tsx';
import { useWallet } from '../../state/wallet.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Field } from '../../ui/field.tsx';
import { formatTime } from '../../ui/format.ts';
import { Card, Page as Frame } from '../../ui/page.tsx';
import { StateOf } from '../../ui/state-of.tsx';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';
import { Bytes, Hex } from '../../ui/values.tsx';
import { TransferList } from '../files/transfer-list.tsx';
import { transfers } from '../files/transfer-store.ts';
import { Unlock } from '../files/unlock.tsx';
import { WrongKey, isWrongKey } from '../files/wrong-key.tsx';
import { WalletList } from '../../wallet/wallet-list.tsx';
import { OpenLink } from './open-link.tsx';
import { sharedWork } from './fetch-shared.ts';

export function Page() {
  const { status, isWrongNetwork } = useWallet();
  return (
    <Frame title="Shared with me" lead="What others let you read. It stays where it is: nothing counts against your space.">
      <OpenLink />
      <TransferList />
      {status === 'connected' && !isWrongNetwork ? <Unlock what="what is shared with you"><Received /></Unlock> : <Card title="Shared with your wallet"><Empty icon="wallet" title="Connect a wallet to see it."><WalletList /></Empty></Card>}
    </Frame>
  );
}

const NOBODY_ASKED = new HoldfastError('LETTERS_UNREAD', 'Too few of the heavy nodes that keep your letters answer.', { nextStep: 'There may be more than this browser knows, and others cannot find your key before one of them answers. Try again in a while.' });

function Received() {
  const { client, unlock } = useClient();
  const [text, setText] = useState('');
  const received = useQuery({
    queryKey: ['stored-received', client?.creator ?? null],
    queryFn: async ({ signal }) => (await import('../../../../client/share/accept.ts')).readReceived(client!, { signal }),
    enabled: client !== undefined,
    ...ASKED_OF_WALLET,
  });
  const accept = useAct(async () => {
    const one = await unlock();
    return (await import('../../../../client/share/accept.ts')).acceptGrant(one, { text: text.trim() });
  }, ({ label }) => ({ text: `${label} is among what you can read now.` }));
  const columns: readonly Column<ReceivedShare>[] = [
    { title: 'Name', isName: true, cell: ({ label, problem }) => problem ?? label },
    { title: 'From', cell: ({ from }) => <Hex value={from} /> },
    { title: 'Size', isNumber: true, cell: ({ sizeBytes }) => <Bytes value={sizeBytes} /> },
    { title: 'Until', cell: ({ expiry }) => (expiry === 0 ? 'taken back' : formatTime(expiry)) },
    { title: '', cell: ({ id, label, problem }) => (problem === undefined ? <Button isSmall icon="download" aria-label={`Download ${label}`} onClick={() => transfers.start('download', label, sharedWork({ unlock, share: id, label }))}>Download</Button> : null) },
  ];
  if (isWrongKey(received.error)) return <WrongKey error={received.error} />;
  return (
    <>
      <StateOf query={received} what="What is shared with you">
        {({ shares, isComplete }) => (
          <>
            {isComplete ? null : <Failure error={NOBODY_ASKED} retry={() => void received.refetch()} />}
            <Table caption="Shared with you" columns={columns} rows={shares} rowKey={({ from, id }) => `${from}/${id}`} empty={isComplete ? <Empty icon="share" title="Nobody shares anything with you yet." action={<Button isBusy={received.isFetching} onClick={() => void received.refetch()}>Look again</Button>}>From now on others can: your wallet's address is all that they need.</Empty> : null} />
          </>
        )}
      </StateOf>
      <Card title="You got a text?">
        <Field label="Text of the grant" placeholder="holdfast-grant:…" spellCheck={false} autoComplete="off" value={text} onChange={({ target }) => setText(target.value)} note="Where a share does not arrive by itself, its owner can send you this text by other ways." />
        <div className="actions"><Button isBusy={accept.isBusy} disabled={!text.trim().startsWith('holdfast-grant:')} onClick={() => void accept.run().then((done) => done !== undefined && setText(''))}>Accept</Button></div>
        {accept.error === undefined ? null : <Failure error={accept.error} />}
      </Card>
    </>
  );
}
