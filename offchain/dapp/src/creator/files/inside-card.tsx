import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { InsideEntry } from '../../../../client/list-inside.ts';
import { useClient } from '../../state/client.tsx';
import { Button } from '../../ui/button.tsx';
import { plural } from '../../ui/format.ts';
import { Icon } from '../../ui/icon.tsx';
import { Card } from '../../ui/page.tsx';
import { StateOf } from '../../ui/state-of.tsx';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';
import { Bytes } from '../../ui/values.tsx';
import { DownloadButtons } from './download-buttons.tsx';

const SHOWN_AT_FIRST = 50;

/** What is inside: from the manifest, no file is read. */
export function InsideCard({ name }: { name: string }) {
  const { client, unlock } = useClient();
  const [shown, setShown] = useState(SHOWN_AT_FIRST);
  const inside = useQuery({
    queryKey: ['stored-inside', client?.creator ?? null, name],
    queryFn: async ({ signal }) => (await import('../../../../client/list-inside.ts')).listInside(client!, { name, signal }),
    enabled: client !== undefined,
  });
  const columns: readonly Column<InsideEntry>[] = [
    { title: 'Path', isName: true, cell: ({ path, kind }) => <span className="file-name"><Icon name={kind === 'folder' ? 'folder' : 'file'} size={18} />{path}</span> },
    { title: 'Size', isNumber: true, cell: ({ size, kind }) => (kind === 'file' ? <Bytes value={size} /> : '–') },
    { title: '', cell: ({ path, kind }) => (kind === 'file' ? <DownloadButtons unlock={unlock} name={name} path={path} isSmall /> : null) },
  ];
  return (
    <Card title="Inside">
      <StateOf query={inside} what="What is inside">
        {({ entries }) => (
          <>
            <Table caption={`${plural(entries.length, 'entry', 'entries')} of ${name}`} columns={columns} rows={entries.slice(0, shown)} rowKey={({ path }) => path} />
            {entries.length > shown ? <div className="actions"><Button onClick={() => setShown((count) => count * 4)}>Show more ({entries.length - shown} left)</Button></div> : null}
          </>
        )}
      </StateOf>
    </Card>
  );
}
