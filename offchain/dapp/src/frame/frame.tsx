import { Suspense } from 'react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { matchRoute } from './match.ts';
import { Icon } from '../ui/icon.tsx';
import { ToastList } from '../ui/toast-list.tsx';
import { WalletButton } from '../wallet/wallet-button.tsx';
import { AREAS, homeOf } from './areas.ts';
import type { Area } from './areas.ts';
import { Mark } from './mark.tsx';
import { ThemeSwitch } from './theme-switch.tsx';
import { useFocusKept } from './use-focus-kept.ts';
import { useScroll } from './use-scroll.ts';

/** What surrounds every page: the areas, the pages of the one that is open, the wallet. */
export function Frame({ children }: { children: ReactNode }) {
  const [location] = useLocation();
  useScroll(location);
  useFocusKept();
  const area = AREAS.find(({ pages }) => pages.some(({ path }) => matchRoute(path, location))) ?? AREAS[0]!;
  return (
    <div className="frame">
      <a className="skip-link" href="#main">Skip to the page</a>
      <header className="top">
        <Link href="/" className="brand"><Mark /><span>Holdfast</span></Link>
        <nav className="areas" aria-label="Areas">
          {AREAS.map((one) => <AreaLink key={one.id} area={one} isOpen={one === area} />)}
        </nav>
        <div className="top-tools">
          <ThemeSwitch />
          <WalletButton />
        </div>
      </header>
      <div className="middle">
        <nav className="pages" aria-label={`Pages of ${area.title}`}>
          <ul>
            {area.pages.filter(({ inMenu }) => inMenu !== false).map(({ path, title }) => (
              <li key={path}><Link href={path} aria-current={matchRoute(path, location) ? 'page' : isInside(path, location) ? 'true' : undefined}>{title}</Link></li>
            ))}
          </ul>
        </nav>
        <main id="main" tabIndex={-1}><Suspense>{children}</Suspense></main>
      </div>
      <ToastList />
    </div>
  );
}

/** A page that is reached from this one: /agreements/3 from /agreements. The first page of an area has all others below it. */
function isInside(path: string, location: string): boolean {
  return path !== '/' && !AREAS.some((area) => homeOf(area) === path) && location.startsWith(`${path}/`) && !AREAS.some(({ pages }) => pages.some((one) => one.inMenu !== false && matchRoute(one.path, location)));
}

function AreaLink({ area, isOpen }: { area: Area; isOpen: boolean }) {
  return <Link href={homeOf(area)} className="area" aria-current={isOpen ? 'true' : undefined}><Icon name={area.icon} /><span>{area.title}</span></Link>;
}
