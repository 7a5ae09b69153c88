import { useState } from 'react';
import type { PageItem } from '../../../../client/page/files-source.ts';
import { useClient } from '../../state/client.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Select, Toggle } from '../../ui/field.tsx';
import { formatBytes, formatTime, plural } from '../../ui/format.ts';
import { roomiest } from '../agreements/facts.ts';
import type { AgreementFacts } from '../agreements/facts.ts';
import { nameFor, nameProblem } from './store-as.ts';
import { transfers } from './transfer-store.ts';
import { uploadWork } from './upload.ts';

export function StoreDialog({ items, agreements, onClose }: { items: readonly PageItem[]; agreements: readonly AgreementFacts[]; onClose: () => void }) {
  const { unlock } = useClient();
  const [name, setName] = useState(() => nameFor(items.map(named)));
  const [chosen, setAgreement] = useState<string>();
  // Files may be chosen before the agreements are read.
  const agreement = chosen ?? String(roomiest(agreements)?.state.id ?? '');
  const [isPublic, setPublic] = useState(false);
  const problem = nameProblem(name);
  const room = agreements.find(({ state }) => String(state.id) === agreement);
  const free = room === undefined ? 0 : room.totalBytes - room.usedBytes;
  const sizeBytes = items.every((one) => one instanceof File) ? (items as readonly File[]).reduce((sum, { size }) => sum + size, 0) : undefined;
  const isTooLarge = sizeBytes !== undefined && sizeBytes > free * 4;
  const store = () => {
    transfers.start('upload', name, uploadWork({ unlock, items, name, agreement: Number(agreement), visibility: isPublic ? 'public' : 'private' }));
    onClose();
  };
  return (
    <Dialog isOpen onClose={onClose} title="Store" actions={<><Button kind="quiet" onClick={onClose}>Cancel</Button><Button kind="primary" icon="upload" disabled={problem !== undefined || room === undefined} onClick={store}>Store</Button></>}>
      <p className="muted">{plural(items.length, 'item')}{sizeBytes === undefined ? '' : `, ${formatBytes(sizeBytes)}`}. The same name again makes a new version; what is stored already is not sent twice.</p>
      <Field label="Name" value={name} onChange={({ target }) => setName(target.value)} problem={problem} />
      <Select label="Agreement" value={agreement} onChange={setAgreement} options={agreements.map(({ state, totalBytes, usedBytes, paidUntil }) => ({ value: String(state.id), text: `No. ${state.id}, ${formatBytes(totalBytes - usedBytes)} free, until ${formatTime(paidUntil)}` }))} />
      {isTooLarge ? <p className="problem">This is much more than the free space of that agreement. It may still fit when much of it is stored already or compresses well; else the upload stops and nothing is paid.</p> : null}
      <Toggle label="Public" note="Not encrypted: anybody may read it, by the same ContentID as on IPFS." isOn={isPublic} onChange={setPublic} />
    </Dialog>
  );
}

/** A folder chosen by a field comes as its files; the first part of their path is the folder. */
function named(item: PageItem): { readonly name: string } {
  if (item instanceof File && item.webkitRelativePath !== '') return { name: item.webkitRelativePath.split('/')[0] ?? item.name };
  if ('file' in item && item.file instanceof File) return { name: item.file.name };
  return { name: (item as { readonly name: string }).name };
}
