import { explain } from '../state/explain.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/** What failed, why, what next; the code for whoever is asked for help. `what`: a heading such as "The upload stopped". */
export function Failure({ error, what, retry, retryText = 'Try again' }: { error: unknown; what?: string; retry?: (() => void) | undefined; retryText?: string }) {
  const { code, sentence, nextStep, isOwnChoice } = explain(error);
  return (
    <div className={isOwnChoice ? 'failure failure-quiet' : 'failure'} role={isOwnChoice ? 'status' : 'alert'}>
      <Icon name={isOwnChoice ? 'info' : 'warn'} />
      <div className="failure-text">
        {what === undefined ? null : <p className="failure-title">{what}</p>}
        <p>{sentence}</p>
        {nextStep === undefined ? null : <p className="next-step">{nextStep}</p>}
        <p className="code">Code {code}</p>
      </div>
      {retry === undefined ? null : <Button kind="plain" isSmall onClick={retry}>{retryText}</Button>}
    </div>
  );
}
