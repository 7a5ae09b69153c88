import { useState } from 'react';
import { useChain } from '../../state/chain.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Card } from '../../ui/page.tsx';
import { transfers } from '../files/transfer-store.ts';
import { linkWork } from './fetch-shared.ts';

/** What a link shows: without a wallet. */
export function OpenLink() {
  const chain = useChain();
  const [link, setLink] = useState('');
  const open = () => {
    transfers.start('download', 'what the link shows', linkWork({ chain, link: link.trim() }));
    setLink('');
  };
  return (
    <Card title="Open a link">
      <Field label="Link" spellCheck={false} autoComplete="off" value={link} onChange={({ target }) => setLink(target.value)} note="No wallet is needed. Every byte is checked against the chain." />
      <div className="actions"><Button icon="download" disabled={link.trim() === ''} onClick={open}>Download</Button></div>
    </Card>
  );
}
