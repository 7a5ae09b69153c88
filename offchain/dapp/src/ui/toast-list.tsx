import { Link } from 'wouter';
import { useToasts } from '../state/toasts.tsx';
import { Icon } from './icon.tsx';

/** What just happened, told to eyes and ears. */
export function ToastList() {
  const { list, close } = useToasts();
  return (
    <div className="toasts" role="region" aria-label="Notices" aria-live="polite">
      {list.map(({ id, tone, text, nextStep, link }) => (
        <div key={id} className={`toast toast-${tone}`}>
          <Icon name={tone === 'good' ? 'check' : tone === 'bad' ? 'warn' : 'info'} />
          <p>{text}{nextStep === undefined ? null : <span className="next-step"> {nextStep}</span>}{link === undefined ? null : <> <Link href={link.href}>{link.text}</Link></>}</p>
          <button type="button" className="icon-button" aria-label="Close this notice" onClick={() => close(id)}><Icon name="cross" size={16} /></button>
        </div>
      ))}
    </div>
  );
}
