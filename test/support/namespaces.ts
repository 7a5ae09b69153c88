import { execFileSync } from 'node:child_process';

/** One network namespace that can call out to this machine, while nothing listens where this machine could call in. */
export interface Namespace {
  readonly name: string;
  /** This machine, as seen from inside. */
  readonly outside: string;
}

const ip = (...args: string[]): string => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

/** Why namespaces cannot be used here; undefined: they can. */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'they need Linux and root';
  const name = `hf-try-${process.pid}`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return undefined;
  } catch (error) {
    return `"ip netns add" failed (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`;
  }
}

/**
 * `count` namespaces in /24 networks of their own, joined to this machine by a virtual cable each. Addresses look public, because hole
 * punching leaves private ones out; they never leave the machine.
 */
export function makeNamespaces(count: number): { readonly spaces: readonly Namespace[]; remove(): void } {
  const made: string[] = [];
  const cables: string[] = [];
  const remove = (): void => {
    for (const cable of cables) tryTo(() => ip('link', 'del', cable));
    for (const name of made) tryTo(() => ip('netns', 'del', name));
  };
  try {
    const spaces = Array.from({ length: count }, (_, i): Namespace => {
      const name = `hf-${process.pid}-${i}`;
      const [near, far] = [`hf${process.pid % 100_000}n${i}`, `hf${process.pid % 100_000}f${i}`];
      const [outside, inside] = [`11.213.${i + 1}.1`, `11.213.${i + 1}.2`];
      ip('netns', 'add', name);
      made.push(name);
      ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far);
      cables.push(near);
      ip('link', 'set', far, 'netns', name);
      ip('addr', 'add', `${outside}/24`, 'dev', near);
      ip('link', 'set', near, 'up');
      ip('-n', name, 'addr', 'add', `${inside}/24`, 'dev', far);
      ip('-n', name, 'link', 'set', far, 'up');
      ip('-n', name, 'link', 'set', 'lo', 'up');
      ip('-n', name, 'route', 'add', 'default', 'via', outside);
      return { name, outside };
    });
    return { spaces, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function tryTo(act: () => unknown): void {
  try {
    act();
  } catch {
    // Gone already: deleting a namespace deletes its end of the cable.
  }
}
