import { useId } from 'react';
import type { ComponentProps, ReactNode } from 'react';

interface FieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  /** Under the field, always. */
  readonly note?: ReactNode;
  /** One sentence; screen readers are told. */
  readonly problem?: string | undefined;
}

/** A text field with its label, unit and what is wrong with it. */
export function Field({ label, hint, note, problem, unit, ...input }: FieldProps & { readonly unit?: string } & Omit<ComponentProps<'input'>, 'id' | 'className'>) {
  const id = useId();
  const isExplained = problem !== undefined || note !== undefined;
  return (
    <div className="field">
      <div className="field-label"><label htmlFor={id}>{label}</label>{hint}</div>
      <div className="field-box">
        <input {...input} id={id} className="input" aria-invalid={problem !== undefined} aria-describedby={isExplained ? `${id}-note` : undefined} />
        {unit === undefined ? null : <span className="field-unit">{unit}</span>}
      </div>
      {isExplained ? (
        <div id={`${id}-note`}>
          {problem === undefined ? null : <p className="problem">{problem}</p>}
          {note === undefined ? null : <p className="field-note">{note}</p>}
        </div>
      ) : null}
    </div>
  );
}

export function Select<T extends string>({ label, hint, note, value, options, onChange }: FieldProps & { readonly value: T; readonly options: readonly { readonly value: T; readonly text: string }[]; readonly onChange: (value: T) => void }) {
  const id = useId();
  return (
    <div className="field">
      <div className="field-label"><label htmlFor={id}>{label}</label>{hint}</div>
      <select id={id} className="input" value={value} onChange={(event) => onChange(event.target.value as T)}>
        {options.map((option) => <option key={option.value} value={option.value}>{option.text}</option>)}
      </select>
      {note === undefined ? null : <p className="field-note">{note}</p>}
    </div>
  );
}

/** Some ways to choose from, each with a line about it. */
export function Choices<T extends string>({ legend, hint, value, options, onChange }: { legend: string; hint?: ReactNode; value: T; options: readonly { readonly value: T; readonly title: string; readonly text?: ReactNode }[]; onChange: (value: T) => void }) {
  const name = useId();
  return (
    <fieldset className="choices">
      <legend>{legend}{hint}</legend>
      {options.map((option) => (
        <label key={option.value} className="choice">
          <input type="radio" name={name} value={option.value} checked={option.value === value} onChange={() => onChange(option.value)} />
          <span className="choice-text"><span className="choice-title">{option.title}</span>{option.text === undefined ? null : <span className="choice-note">{option.text}</span>}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function Toggle({ label, note, isOn, onChange }: { label: ReactNode; note?: ReactNode; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <label className="toggle">
      <input type="checkbox" role="switch" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
      <span className="choice-text"><span className="choice-title">{label}</span>{note === undefined ? null : <span className="choice-note">{note}</span>}</span>
    </label>
  );
}
