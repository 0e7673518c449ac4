import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import type { Rect } from '../../lib/fitGrid.ts';
import { IconButton } from '../../ui/Button.tsx';

interface PagerProps {
  page: number;
  count: number;
  place: Rect;
  onTurn: (by: 1 | -1) => void;
  /** The person may be about to turn the page. */
  onIntent: () => void;
}

export function Pager({ page, count, place, onTurn, onIntent }: PagerProps) {
  const t = useT();
  return (
    <nav
      className={`pager${place.height > place.width ? ' tall' : ''}`}
      style={{
        translate: `calc(var(--forward) * ${place.left}px) ${place.top}px`,
        width: place.width,
        height: place.height,
      }}
      aria-label={t('stage:pages')}
      onPointerEnter={onIntent}
      onFocus={onIntent}
    >
      <IconButton icon={ChevronLeft} label={t('stage:previous')} disabled={page === 0} onClick={() => onTurn(-1)} />
      <span aria-current="page" aria-live="polite">
        <span className="visually-hidden">{t('stage:page')} </span>
        {page + 1} / {count}
      </span>
      <IconButton icon={ChevronRight} label={t('stage:next')} disabled={page === count - 1} onClick={() => onTurn(1)} />
    </nav>
  );
}
