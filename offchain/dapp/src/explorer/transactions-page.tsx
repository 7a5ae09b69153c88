import { Page as Frame } from '../ui/page.tsx';
import './explorer.css';
import { TransactionList } from './transaction-list.tsx';
import { SearchBox } from './search-box.tsx';

export function Page() {
  return (
    <Frame title="Transactions" lead="What happened on the chain, in words, the newest first.">
      <SearchBox />
      <TransactionList none="Nothing has happened on this network yet." />
    </Frame>
  );
}
