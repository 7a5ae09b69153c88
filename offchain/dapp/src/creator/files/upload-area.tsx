import { useRef, useState } from 'react';
import type { PageItem } from '../../../../client/page/files-source.ts';
import { networkHealth } from '../../../../chain/network-health.ts';
import { useRead } from '../../state/read.ts';
import { HoldfastError } from '../../../../wire/errors.ts';
import { useAccount } from '../account.ts';
import { useAgreements } from '../agreements/use-agreements.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Empty } from '../../ui/empty.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Card } from '../../ui/page.tsx';
import { StoreDialog } from './store-dialog.tsx';
import { useDropped } from './use-dropped.ts';

/** Where files are dropped or chosen. Says beforehand when nothing can be stored, and why. */
export function UploadArea() {
  const account = useAccount();
  const agreements = useAgreements(account);
  const health = useRead(['health'], networkHealth);
  const [items, setItems] = useState<readonly PageItem[]>();
  const [error, setError] = useState<unknown>();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const running = agreements.data?.filter(({ isRunning }) => isRunning) ?? [];
  const isRepairOnly = health.data?.isRepairOnly === true;
  const hasNoSpace = agreements.data !== undefined && running.length === 0;
  const take = (list: readonly PageItem[]) => {
    // The page says why instead.
    if (isRepairOnly || hasNoSpace) return;
    setError(list.length === 0 ? new HoldfastError('NOTHING_DROPPED', 'There was no file in that.', { nextStep: 'Drop files or folders from your computer, or choose them.' }) : undefined);
    if (list.length > 0) setItems(list);
  };
  const isOver = useDropped(take);
  if (isRepairOnly) return <Failure error={new HoldfastError('REPAIR_ONLY', 'The network only repairs at the moment, so nothing new can be stored.', { nextStep: 'What is stored can be read. Come back later: it ends by itself.' })} />;
  if (hasNoSpace) {
    return <Card><Empty icon="store" title="You need some space first." action={<LinkButton kind="primary" href="/rent">Rent space</LinkButton>}>Files are stored in space that you rent, at providers that you can look at before.</Empty></Card>;
  }
  const chosen = (input: HTMLInputElement | null) => {
    const list = [...(input?.files ?? [])];
    if (input !== null) input.value = '';
    if (list.length > 0) take(list);
  };
  return (
    <>
      <div className={classNames('drop', isOver && 'drop-over')}>
        <Icon name="upload" size={32} />
        <p><strong>Drop files or a folder here</strong></p>
        <div className="actions">
          <Button icon="file" onClick={() => files.current?.click()}>Choose files</Button>
          <Button icon="folder" onClick={() => folder.current?.click()}>Choose a folder</Button>
        </div>
        <input ref={files} type="file" multiple hidden data-part="files" onChange={() => chosen(files.current)} />
        <input ref={folder} type="file" webkitdirectory="" hidden data-part="folder" onChange={() => chosen(folder.current)} />
      </div>
      {error === undefined ? null : <Failure error={error} />}
      {items === undefined ? null : <StoreDialog items={items} agreements={running} onClose={() => setItems(undefined)} />}
    </>
  );
}

declare module 'react' {
  interface InputHTMLAttributes<T> {
    webkitdirectory?: string;
    readonly __element?: T;
  }
}
