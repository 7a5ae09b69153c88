/** All handlers in one program: every data source names it, so that it is compiled once. */
export * from './channels';
export * from './commons';
export * from './endowment';
export * from './manager';
export * from './market/agreements';
export * from './market/bundles';
export * from './market/challenges';
export * from './market/parameters';
export * from './market/payouts';
export * from './market/proofs';
export * from './market/slots';
export * from './pools';
export * from './registry';
export * from './rewards';
export * from './sale';
export * from './token';
