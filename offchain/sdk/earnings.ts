/** `holdfast/earnings`: statements of money from the chain's events. For Node and browsers. ../earnings/README.md explains them. */
export * from '../earnings/creator-lines.ts';
export * from '../earnings/creator-statement.ts';
export * from '../earnings/csv.ts';
export * from '../earnings/facts.ts';
export * from '../earnings/group.ts';
export * from '../earnings/heavy-statement.ts';
export * from '../earnings/history.ts';
export * from '../earnings/provider-statement.ts';
export * from '../earnings/read-statement.ts';
export * from '../earnings/side-spending.ts';
export * from '../earnings/tables.ts';
export * from '../earnings/tenures.ts';
