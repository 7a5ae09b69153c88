import { useState } from 'react';
import type { ReactNode } from 'react';
import { useAct } from '../state/act.ts';
import type { Done } from '../state/act.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Field } from '../ui/field.tsx';
import type { Parsed } from '../ui/parse.ts';
import './provider.css';

export interface ActFormProps<T> {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly note?: ReactNode;
  readonly unit?: string;
  readonly placeholder?: string;
  readonly first?: string;
  readonly parse: (text: string) => Parsed<T>;
  /** The button, and the question before the signature. */
  readonly act: string;
  readonly title: string;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  readonly rows?: (value: T) => readonly { readonly name: ReactNode; readonly value: ReactNode; readonly isTotal?: boolean }[];
  readonly explain: ReactNode;
  readonly run: (value: T) => Promise<unknown>;
  readonly done: (value: T) => Done;
}

/** One field, one act: what is wrong is said at once, what it costs before the signature. */
export function ActForm<T>({ label, hint, note, unit, placeholder, first = '', parse, act, title, isDanger = false, isDisabled = false, rows, explain, run, done }: ActFormProps<T>) {
  const [text, setText] = useState(first);
  const [isTouched, setTouched] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const parsed = parse(text);
  const acting = useAct(async (value: T) => ({ value, result: await run(value) }), ({ value }) => done(value));
  const confirm = async (): Promise<void> => {
    if (parsed.problem !== undefined) return;
    if ((await acting.run(parsed.value as T)) !== undefined) {
      setAsking(false);
      setText(first);
      setTouched(false);
    }
  };
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); setTouched(true); if (parsed.problem === undefined) setAsking(true); }}>
      <Field label={label} hint={hint} note={note} value={text} onChange={({ target }) => setText(target.value)} autoComplete="off" spellCheck={false} {...(unit === undefined ? {} : { unit })} {...(placeholder === undefined ? {} : { placeholder })} {...(isTouched && parsed.problem !== undefined ? { problem: parsed.problem } : {})} />
      <div className="actions"><Button type="submit" kind={isDanger ? 'danger' : 'plain'} disabled={isDisabled} isBusy={acting.isBusy}>{act}</Button></div>
      <Confirm isOpen={isAsking && parsed.problem === undefined} title={title} act={act} isDanger={isDanger} isBusy={acting.isBusy} error={acting.error} onClose={() => { setAsking(false); acting.reset(); }} onConfirm={() => void confirm()} {...(rows === undefined || parsed.problem !== undefined ? {} : { rows: rows(parsed.value as T) })}>
        <p>{explain}</p>
      </Confirm>
    </form>
  );
}
