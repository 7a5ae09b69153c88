import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { lookUp, lookUpVersions } from '../../../client/named/look-up.ts';
import type { ListedRecord, LookUp } from '../../../client/named/look-up.ts';
import type { Chain } from '../../../chain/types.ts';
import { openValue } from '../../../wire/named-record.ts';
import type { NamedValue } from '../../../wire/named-record.ts';
import { useRead } from '../state/read.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { Field } from '../ui/field.tsx';
import { Hint } from '../ui/hint.tsx';
import { Card, Facts, Page as Frame } from '../ui/page.tsx';
import { StateOf } from '../ui/state-of.tsx';
import { Table } from '../ui/table.tsx';
import { plural } from '../ui/format.ts';
import { Hex, Time } from '../ui/values.tsx';
import './explorer.css';
import { AddressLink, AgreementLink, HeavyLink } from './links.tsx';
import { namePath, parseSearch } from './search.ts';

async function readName(chain: Chain, name: string): Promise<LookUp & { readonly versions: readonly ListedRecord[] }> {
  const [found, { versions }] = await Promise.all([lookUp({ chain }, { name }), lookUpVersions({ chain }, { name })]);
  return { ...found, versions };
}

export function Page() {
  const [parameters] = useSearchParams();
  const [, go] = useLocation();
  const name = parameters.get('name') ?? '';
  const [text, setText] = useState(name);
  const [problem, setProblem] = useState<string>();
  const wanted = parseSearch(name);
  const find = (): void => {
    const asked = parseSearch(text);
    if (asked.kind === 'name') go(namePath(asked.name));
    setProblem(asked.kind === 'name' ? undefined : asked.kind === 'nothing' && text.startsWith('/') ? asked.why : 'A public name begins with a slash, such as /a.com/izone.mp4.');
  };
  return (
    <Frame title="Public names" lead="Names under which anybody can fetch what its owner has made public. The owners stand on the chain; heavy nodes keep the signed records.">
      <form className="search" role="search" onSubmit={(event) => { event.preventDefault(); find(); }}>
        <div className="search-row"><Field label="Name" type="search" value={text} onChange={({ target }) => setText(target.value)} problem={problem} placeholder="/a.com/izone.mp4" autoComplete="off" spellCheck={false} /><Button type="submit" kind="primary" icon="explore">Find</Button></div>
      </form>
      {name === '' ? null : wanted.kind === 'name' ? <One key={wanted.name} name={wanted.name} /> : <Empty icon="explore" title="That is no public name" />}
    </Frame>
  );
}

function One({ name }: { name: string }) {
  const query = useRead(['name', name], (chain) => readName(chain, name), { pollMs: false });
  return (
    <StateOf query={query} what="The name">
      {({ owners, found, holders, distrusted, versions }) => (
        <>
          <Card title={<span className="mono">{name}</span>}>
            <Facts rows={[
              { name: 'Owner', value: owners.at(-1) === undefined ? 'nobody' : <AddressLink address={owners.at(-1)!} /> },
              ...(found === undefined ? [{ name: 'Published', value: 'nothing' }] : [
                { name: 'Version', value: found.record.version },
                { name: 'Published', value: <Time seconds={found.record.created} style="both" /> },
                { name: 'Expires', value: found.record.expiry === 0 ? 'never' : <Time seconds={found.record.expiry} style="both" /> },
                { name: <>Content<Hint word="ContentID" /></>, value: found.record.contentId === '' ? <Badge>withdrawn</Badge> : <Hex value={found.record.contentId} keep={10} /> },
                { name: 'Stored in', value: <Places value={openValue(found.record)} /> },
              ]),
              { name: 'Kept by', value: <>{holders.map(({ node }, i) => <span key={node}>{i === 0 ? 'heavy nodes ' : ', '}<HeavyLink id={node} /></span>)}</> },
            ]} />
            {distrusted.map(({ node, reason }) => <p key={node} className="problem">Heavy node {node} told what is not true: {reason}</p>)}
          </Card>
          <Card title="Versions">
            <Table caption="Versions, the newest first" rows={versions} rowKey={({ hash }) => hash} empty={<Empty icon="file" title="Nothing was published under it yet" />} columns={[
              { title: 'Version', isName: true, cell: ({ version }) => `Version ${version}` },
              { title: 'When', cell: ({ created }) => <Time seconds={created} style="full" /> },
              { title: 'Owner', cell: ({ owner }) => <AddressLink address={owner} /> },
              { title: 'Content', cell: ({ contentId }) => (contentId === '' ? 'withdrawn' : <Hex value={contentId} keep={8} />) },
            ]} />
          </Card>
        </>
      )}
    </StateOf>
  );
}

function Places({ value }: { value: NamedValue }) {
  if (value.kind === 'withdrawn') return <>nowhere</>;
  const agreements = [...new Set(value.location.storages.map(({ agreement }) => agreement))];
  return <>{plural(agreements.length, 'agreement')}: {agreements.map((id, i) => <span key={id}>{i === 0 ? '' : ', '}<AgreementLink id={id} /></span>)}</>;
}
