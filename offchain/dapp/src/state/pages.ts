import type { ComponentType } from 'react';

/** One page. Its code is loaded when somebody goes there. */
export interface PageRoute {
  /** Absolute, wouter's pattern: `/provider/slots`, `/explorer/providers/:id`. */
  readonly path: string;
  readonly title: string;
  /** The module's `Page` is shown. */
  load(): Promise<{ readonly Page: ComponentType }>;
  /** False: reached by links only, such as pages with a parameter. */
  readonly inMenu?: boolean;
  /** Needs a connected wallet; the frame then shows how to connect instead. Default false. */
  readonly needsWallet?: boolean;
}
