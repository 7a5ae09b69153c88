import { useState } from 'react';
import type { ReactNode } from 'react';
import { useAct } from '../../state/act.ts';
import { useClient } from '../../state/client.tsx';
import { explain } from '../../state/explain.ts';
import { useWallet } from '../../state/wallet.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Field } from '../../ui/field.tsx';
import { Hint } from '../../ui/hint.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Card } from '../../ui/page.tsx';

/** Codes after which only words from paper help. */
const NEEDS_PHRASE = new Set(['NON_DETERMINISTIC_WALLET', 'BAD_PHRASE']);

/** Until the key is there: why it is needed, what signing does, and what to do with wallets that sign differently each time. */
export function Unlock({ what, children }: { what: string; children: ReactNode }) {
  const { status } = useClient();
  const { address } = useWallet();
  if (status === 'open') return children;
  if (status === 'none') return <Loading what="The wallet is being connected" />;
  // What was said about one account is not true of the next.
  return <Locked key={address} what={what} />;
}

function Locked({ what }: { what: string }) {
  const { unlock } = useClient();
  const [phrase, setPhrase] = useState('');
  const act = useAct((words: string | undefined) => unlock(words));
  const needsPhrase = act.error !== undefined && NEEDS_PHRASE.has(explain(act.error).code);
  const words = phrase.trim().split(/\s+/);
  const problem = phrase === '' || words.length === 12 || words.length === 24 ? undefined : `A recovery phrase has 12 or 24 words; these are ${words.length}.`;
  return (
    <Card>
      <Empty icon="lock" title={`Unlock to see ${what}`} action={needsPhrase ? undefined : <Button kind="primary" icon="lock" isBusy={act.isBusy} onClick={() => void act.run(undefined)}>Unlock with my wallet</Button>}>
        <p>Everything is encrypted with a key that only you have.<Hint word="unlock" /> Your wallet will ask for a signature, twice, to see that it always signs alike. It costs nothing and sends nothing.</p>
      </Empty>
      {act.error === undefined ? null : <Failure error={act.error} what="It is still locked" />}
      {needsPhrase ? (
        <form className="form" onSubmit={(event) => { event.preventDefault(); void act.run(words.join(' ')); }}>
          <Field label="Recovery phrase" hint={<Hint word="recovery phrase" />} type="password" autoComplete="off" value={phrase} onChange={({ target }) => setPhrase(target.value)} problem={problem} note="It stays in this page and is forgotten when you close it." />
          <div className="actions"><Button kind="primary" type="submit" isBusy={act.isBusy} disabled={phrase === '' || problem !== undefined}>Unlock with the phrase</Button></div>
        </form>
      ) : null}
    </Card>
  );
}
