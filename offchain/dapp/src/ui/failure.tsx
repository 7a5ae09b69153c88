import { explain } from '../state/explain.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

/** What this page cannot mend while it is open: its database was closed, because its data was cleared or another tab is of a newer version. */
const RELOAD = new Set(['BROWSER_STORAGE']);

/** What failed, why, what next; the code for whoever is asked for help. `what`: a heading such as "The upload stopped". */
export function Failure({ error, what, retry, retryText = 'Try again' }: { error: unknown; what?: string; retry?: (() => void) | undefined; retryText?: string }) {
  const { code, sentence, nextStep, isOwnChoice } = explain(error);
  const again = RELOAD.has(code) ? { text: 'Load the page anew', act: () => location.reload() } : retry === undefined ? undefined : { text: retryText, act: retry };
  return (
    <div className={isOwnChoice ? 'failure failure-quiet' : 'failure'} role={isOwnChoice ? 'status' : 'alert'} data-code={code}>
      <Icon name={isOwnChoice ? 'info' : 'warn'} />
      <div className="failure-text">
        {what === undefined ? null : <p className="failure-title">{what}</p>}
        <p>{sentence}</p>
        {nextStep === undefined ? null : <p className="next-step">{nextStep}</p>}
        <p className="code">Code {code}</p>
      </div>
      {again === undefined ? null : <Button kind="plain" isSmall onClick={again.act}>{again.text}</Button>}
    </div>
  );
}
