import { ChevronLeft, ChevronRight } from 'lucide-react';
import { IconButton } from '../../ui/Button.tsx';

interface PagerProps {
  page: number;
  count: number;
  onTurn: (by: 1 | -1) => void;
  /** The person may be about to turn the page. */
  onIntent: () => void;
}

export function Pager({ page, count, onTurn, onIntent }: PagerProps) {
  return (
    <nav className="pager" aria-label="Pages of participants" onPointerEnter={onIntent} onFocus={onIntent}>
      <IconButton icon={ChevronLeft} label="Previous page" disabled={page === 0} onClick={() => onTurn(-1)} />
      <span aria-current="page" aria-live="polite">
        <span className="visually-hidden">Page </span>
        {page + 1} / {count}
      </span>
      <IconButton icon={ChevronRight} label="Next page" disabled={page === count - 1} onClick={() => onTurn(1)} />
    </nav>
  );
}
