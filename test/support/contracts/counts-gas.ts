/** False while coverage is measured: instrumented code takes more gas than its own. */
export const COUNTS_GAS = process.env['HOLDFAST_COVERAGE'] === undefined;
