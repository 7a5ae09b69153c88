import { useState } from 'react';
import type { SubmitEvent } from 'react';
import { Link, useLocation } from 'wouter';
import { useChain } from '../state/chain.tsx';
import { Button } from '../ui/button.tsx';
import { Failure } from '../ui/failure.tsx';
import { Field } from '../ui/field.tsx';
import { look, parseSearch } from './search.ts';
import type { Hit } from './search.ts';

/** One field for everything that can be found. One hit is gone to at once; several are shown. */
export function SearchBox() {
  const chain = useChain();
  const [, go] = useLocation();
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [hits, setHits] = useState<readonly Hit[]>([]);

  const search = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setHits([]);
    setError(undefined);
    const wanted = parseSearch(text);
    if (wanted.kind === 'nothing') return setProblem(wanted.why);
    setProblem(undefined);
    setBusy(true);
    try {
      const found = await look(chain, wanted);
      if (found.length === 0) setProblem('Nothing has that number here.');
      else if (found.length === 1) go(found[0]!.href);
      else setHits(found);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="search" role="search" onSubmit={(event) => void search(event)}>
      <div className="search-row">
        <Field label="Find an address, a transaction, a number or a public name" type="search" value={text} onChange={({ target }) => setText(target.value)} problem={problem} placeholder="0x…, agreement 7, provider 12, /a.com/izone.mp4" autoComplete="off" spellCheck={false} />
        <Button type="submit" kind="primary" icon="explore" isBusy={isBusy}>Find</Button>
      </div>
      {error === undefined ? null : <Failure error={error} what="The search failed" />}
      {hits.length === 0 ? null : <ul className="hits" aria-label="What was found">{hits.map(({ href, title }) => <li key={href}><Link href={href}>{title}</Link></li>)}</ul>}
    </form>
  );
}
