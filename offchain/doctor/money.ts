/** Coin for gas and how long it lasts; tokens; stake against what is promised. */
import { formatEther } from 'viem';
import type { Address } from 'viem';
import { coinBalance, tokenBalance } from '../chain/read-money.ts';
import { readNode } from '../chain/read-node.ts';
import { readParameters } from '../chain/read-parameters.ts';
import type { Chain } from '../chain/types.ts';
import { formatTokens } from '../wire/tokens.ts';
import { fail, ok, warn } from './finding.ts';
import type { Check, Finding } from './finding.ts';

/** The dearest proof, contracts/README.md. */
const PROOF_GAS = 320_000n;
/** A week of epochs of two hours. */
const EPOCHS_WANTED = 84n;
/** A creator opens, commits and extends now and then. */
const CREATOR_GAS = 3_000_000n;

export function gasCheck(options: { readonly chain: () => Promise<Chain>; readonly account: () => Promise<Address>; readonly role: 'creator' | 'provider' | 'heavy' }): Check {
  return {
    name: 'gas',
    async run() {
      const chain = await options.chain();
      const account = await options.account();
      const [balance, price] = await Promise.all([coinBalance(chain, account), chain.ask('the gas price', (client) => client.getGasPrice())]);
      const gas = price === 0n ? undefined : balance / price;
      if (gas === undefined) return ok('gas', 'Gas costs nothing on this chain.');
      const coin = `${formatEther(balance)} coin of ${account}`;
      if (options.role === 'creator') return gas < CREATOR_GAS ? (gas === 0n ? fail : warn)('gas', `${coin} pays for ${gas} gas; renting and storing take about ${CREATOR_GAS}.`, "Send it some of the chain's coin.", { facts: { balance, gas } }) : ok('gas', `${coin} pays for ${gas} gas.`, { facts: { balance, gas } });
      const epochs = gas / PROOF_GAS;
      const days = Number(epochs * BigInt(chain.clock.epochSeconds)) / 86_400;
      const facts = { balance, gas, epochs, days };
      const said = `${coin} lasts for ${epochs} epochs of proofs (${days.toFixed(1)} days) at the present gas price`;
      if (epochs === 0n) return fail('gas', `${said}.`, "Send it some of the chain's coin: an epoch without a proof is not paid.", { facts });
      return epochs < EPOCHS_WANTED ? warn('gas', `${said}.`, "Send it some of the chain's coin.", { facts }) : ok('gas', `${said}.`, { facts });
    },
  };
}

export function tokensCheck(options: { readonly chain: () => Promise<Chain>; readonly account: () => Promise<Address> }): Check {
  return {
    name: 'tokens',
    async run() {
      const balance = await tokenBalance(await options.chain(), await options.account());
      return balance === 0n ? warn('tokens', 'The wallet holds no tokens.', 'holdfast tokens buys some; what is stored already goes on without.') : ok('tokens', `The wallet holds ${formatTokens(balance)}.`, { facts: { balance } });
    },
  };
}

/** `quotaPrice`: token units per epoch for all the space that is offered, by the configured price. */
export function stakeCheck(options: { readonly chain: () => Promise<Chain>; readonly node: () => Promise<number | undefined>; readonly account: () => Promise<Address>; readonly wantStake: bigint; readonly fullRent: bigint }): Check {
  return {
    name: 'stake',
    async run(): Promise<Finding> {
      const chain = await options.chain();
      const { wantStake, fullRent } = options;
      const [id, { stakeEpochs }] = [await options.node(), await readParameters(chain)];
      const full = fullRent * BigInt(stakeEpochs);
      if (id === undefined) {
        const tokens = await tokenBalance(chain, await options.account());
        return tokens < wantStake ? fail('stake', `The node is not registered, and ${formatTokens(tokens)} are less than the stake of ${formatTokens(wantStake)} that it adds at its start.`, 'Buy tokens with holdfast tokens, or lower provider.stake in config.json.', { facts: { tokens, wantStake } }) : ok('stake', `The node is not registered yet; ${formatTokens(wantStake)} of stake are there for it.`, { facts: { tokens, wantStake } });
      }
      const { stake, queued, required } = await readNode(chain, id);
      const free = stake - queued - required;
      const facts = { stake, queued, required, free, full };
      if (free < 0n) return fail('stake', `Promises bind ${formatTokens(required)}; only ${formatTokens(stake - queued)} of stake stand behind them.`, 'Raise provider.stake in config.json and start again: nothing can be extended or taken on until then.', { facts });
      if (stake - queued < full) return warn('stake', `${formatTokens(stake - queued)} of stake cover a part of the space on offer: all of it let at the configured price would bind ${formatTokens(full)}.`, 'Raise provider.stake, or offer less space: what the stake does not cover cannot be let.', { facts });
      return ok('stake', `${formatTokens(stake)} of stake, ${formatTokens(required)} of them bound; all the space on offer would bind ${formatTokens(full)}.`, { facts });
    },
  };
}
