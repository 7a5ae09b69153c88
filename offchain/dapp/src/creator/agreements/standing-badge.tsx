import { Badge } from '../../ui/badge.tsx';
import { STANDING_WORDS } from './facts.ts';
import type { Standing } from './facts.ts';

export function StandingBadge({ standing }: { standing: Standing }) {
  const { text, tone } = STANDING_WORDS[standing];
  return <Badge tone={tone}>{text}</Badge>;
}
