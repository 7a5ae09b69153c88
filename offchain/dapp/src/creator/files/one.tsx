import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { ListedObject } from '../../../../client/list.ts';
import { HoldfastError } from '../../../../wire/errors.ts';
import { useClient } from '../../state/client.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Page as Frame } from '../../ui/page.tsx';
import { StateOf } from '../../ui/state-of.tsx';
import { DownloadButtons } from './download-buttons.tsx';
import { HealthCard } from './health-card.tsx';
import { InsideCard } from './inside-card.tsx';
import { RemoveCard } from './remove-card.tsx';
import { ShareCard } from './share-card.tsx';
import { TransferList } from './transfer-list.tsx';
import { Unlock } from './unlock.tsx';
import { useStored } from './use-stored.ts';
import { VersionsCard } from './versions-card.tsx';
import { WrongKey, isWrongKey } from './wrong-key.tsx';

/** One stored file or folder: `?name=`. */
export function Page() {
  const [search] = useSearchParams();
  const name = search.get('name') ?? '';
  return (
    <Frame title={name === '' ? 'File' : name} actions={<LinkButton href="/files">All files</LinkButton>}>
      <Unlock what="this file"><One name={name} /></Unlock>
    </Frame>
  );
}

function One({ name }: { name: string }) {
  const stored = useStored();
  const missing = useMemo(() => new HoldfastError('NO_SUCH_OBJECT', `Nothing is stored under the name ${JSON.stringify(name)}.`, { nextStep: 'Choose it from the list of your files.' }), [name]);
  if (isWrongKey(stored.error)) return <WrongKey error={stored.error} />;
  return (
    <StateOf query={stored} what="This file" lines={6}>
      {(objects) => {
        const object = objects.find((one) => one.name === name);
        return object === undefined ? <Failure error={missing} /> : <Shown object={object} />;
      }}
    </StateOf>
  );
}

function Shown({ object }: { object: ListedObject }) {
  const { unlock } = useClient();
  return (
    <>
      {object.deleted ? <p className="muted">It was removed. Its versions can be fetched until their space is given up; storing something under this name brings it back.</p> : <DownloadButtons unlock={unlock} name={object.name} />}
      <TransferList />
      {object.deleted ? null : <HealthCard name={object.name} />}
      <VersionsCard object={object} />
      {object.deleted ? null : <><InsideCard name={object.name} /><ShareCard name={object.name} /><RemoveCard name={object.name} /></>}
    </>
  );
}
