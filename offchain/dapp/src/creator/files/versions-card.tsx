import type { ListedObject, ListedVersion } from '../../../../client/list.ts';
import { useClient } from '../../state/client.tsx';
import { Badge } from '../../ui/badge.tsx';
import { formatTime } from '../../ui/format.ts';
import { Hint } from '../../ui/hint.tsx';
import { Card } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';
import { Hex } from '../../ui/values.tsx';
import { DownloadButtons } from './download-buttons.tsx';

export function VersionsCard({ object: { name, versions } }: { object: ListedObject }) {
  const { unlock } = useClient();
  const columns: readonly Column<ListedVersion>[] = [
    { title: 'Version', isName: true, cell: ({ version }) => version },
    { title: 'Stored', cell: ({ createdMs }) => formatTime(createdMs / 1000, { withSeconds: true }) },
    { title: 'Kind', cell: ({ deleted, visibility }) => (deleted ? <Badge>Removed</Badge> : <Badge tone={visibility === 'public' ? 'warn' : 'plain'}>{visibility === 'public' ? 'Public' : 'Encrypted'}</Badge>) },
    { title: 'ContentID', hint: <Hint word="ContentID" />, cell: ({ contentId }) => (contentId === undefined ? '–' : <Hex value={contentId} keep={6} />) },
    { title: '', cell: ({ deleted, version }) => (deleted ? null : <DownloadButtons unlock={unlock} name={name} version={version} isSmall />) },
  ];
  return <Card title="Versions"><Table caption={`Versions of ${name}`} columns={columns} rows={[...versions].reverse()} rowKey={({ version }) => version} /></Card>;
}
