import { Link } from 'wouter';
import type { ListedObject } from '../../../../client/list.ts';
import { Badge } from '../../ui/badge.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatRelative, plural } from '../../ui/format.ts';
import { Hint } from '../../ui/hint.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Table } from '../../ui/table.tsx';
import type { Column } from '../../ui/table.tsx';
import { Bytes } from '../../ui/values.tsx';
import { SlotDots } from './slot-dots.tsx';
import { verdictOf } from './slot-signs.ts';
import type { StoredHealth } from './use-stored.ts';

export function FileTable({ objects, health }: { objects: readonly ListedObject[]; health: StoredHealth | undefined }) {
  const healthOf = ({ name }: ListedObject) => health?.byName.get(name);
  const columns: readonly Column<ListedObject>[] = [
    { title: 'Name', isName: true, cell: ({ name, deleted }) => <span className="file-name"><Icon name="file" /><Link href={`/files/one?name=${encodeURIComponent(name)}`}>{name}</Link>{deleted ? <Badge>Removed</Badge> : null}</span> },
    { title: 'Size', isNumber: true, cell: (one) => { const size = healthOf(one)?.sizeBytes; return size === undefined || size === null ? '…' : <Bytes value={size} />; } },
    { title: 'Stored', cell: ({ versions }) => { const last = versions.at(-1); return last === undefined ? '' : <time dateTime={new Date(last.createdMs).toISOString()} title={new Date(last.createdMs).toLocaleString()}>{formatRelative(last.createdMs / 1000, Date.now() / 1000)}</time>; } },
    { title: 'Versions', isNumber: true, cell: ({ versions }) => versions.length },
    { title: 'Health', hint: <Hint word="slot" />, cell: (one) => {
      const found = healthOf(one);
      if (one.deleted) return '–';
      if (found === undefined) return <span className="muted">looking …</span>;
      const { tone, text } = verdictOf(found.parts);
      return <span className="stack-tight"><Badge tone={tone}>{text}</Badge>{found.parts.map((part) => <SlotDots key={part.agreement} part={part} />)}</span>;
    } },
  ];
  return <Table caption={plural(objects.length, 'stored file or folder', 'stored files and folders')} columns={columns} rows={objects} rowKey={({ name }) => name} empty={<Empty icon="folder" title="Nothing is stored yet.">Drop files or a folder above, or choose them. They are encrypted before they leave this browser.</Empty>} />;
}
