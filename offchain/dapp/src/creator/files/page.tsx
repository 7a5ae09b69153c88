import { useEffect, useState } from 'react';
import { Failure } from '../../ui/failure.tsx';
import { Toggle } from '../../ui/field.tsx';
import { Page as Frame } from '../../ui/page.tsx';
import { StateOf } from '../../ui/state-of.tsx';
import { HoldfastError } from '../../../../wire/errors.ts';
import { FileTable } from './file-table.tsx';
import { TransferList } from './transfer-list.tsx';
import { useTransfers } from './transfer-store.ts';
import { Unlock } from './unlock.tsx';
import { UploadArea } from './upload-area.tsx';
import { useStored, useStoredHealth } from './use-stored.ts';
import { WrongKey, isWrongKey } from './wrong-key.tsx';

export function Page() {
  return (
    <Frame title="Files" lead="Encrypted and coded in this browser, then spread over the providers of your agreement.">
      <Unlock what="and store your files"><Files /></Unlock>
    </Frame>
  );
}

function Files() {
  const stored = useStored();
  const health = useStoredHealth();
  const [withRemoved, setWithRemoved] = useState(false);
  const uploaded = useTransfers().filter(({ kind, state }) => kind === 'upload' && state === 'done').length;
  const { refetch } = stored;
  const { refetch: refetchHealth } = health;
  // What was just stored is not to be waited for.
  useEffect(() => {
    if (uploaded === 0) return;
    void refetch();
    void refetchHealth();
  }, [uploaded, refetch, refetchHealth]);
  if (isWrongKey(stored.error)) return <WrongKey error={stored.error} />;
  return (
    <>
      <UploadArea />
      <TransferList />
      {health.data?.isOld === undefined ? null : <Failure error={new HoldfastError('LIST_MAY_BE_OLD', `Your list could not be read anew: ${health.data.isOld}`, { nextStep: 'What this browser knew last is shown; it is asked for again by itself.' })} />}
      <StateOf query={stored} what="Your files" lines={6}>
        {(objects) => (
          <>
            <FileTable objects={objects.filter(({ deleted }) => withRemoved || !deleted).filter(({ name }) => !name.startsWith('.holdfast/'))} health={health.data} />
            {objects.some(({ deleted }) => deleted) ? <div className="row"><Toggle label="Show what was removed" isOn={withRemoved} onChange={setWithRemoved} /></div> : null}
          </>
        )}
      </StateOf>
    </>
  );
}
