import { useState } from 'react';
import { Field, Select } from '../ui/field.tsx';
import { Hint } from '../ui/hint.tsx';
import { NAMED_REGIONS, regionName } from '../ui/regions.ts';

const OTHER = 'other';

/** Where the node stands: a number in the registry, chosen by its name; any other number by typing it. Nothing is chosen beforehand, for it stays. */
export function RegionField({ value, problem, onChange }: { value: string; problem: string | undefined; onChange: (value: string) => void }) {
  const [isOther, setOther] = useState(false);
  const options = [{ value: '', text: 'Choose one' }, ...NAMED_REGIONS.map((region) => ({ value: String(region), text: regionName(region) })), { value: OTHER, text: 'Another one, by its number' }];
  const choose = (chosen: string) => {
    setOther(chosen === OTHER);
    onChange(chosen === OTHER ? '' : chosen);
  };
  return (
    <div className="stack-tight">
      <Select label="Region" hint={<Hint word="region" />} value={isOther ? OTHER : value} options={options} onChange={choose} note="It cannot be changed later." />
      {isOther ? <Field label="Number of the region" inputMode="numeric" autoComplete="off" value={value} onChange={({ target }) => onChange(target.value)} problem={problem} /> : problem === undefined ? null : <p className="problem" role="alert">{problem}</p>}
    </div>
  );
}
