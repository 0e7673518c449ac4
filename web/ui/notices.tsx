import { TriangleAlert, X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import { useT } from '../i18n/i18n.ts';
import { describeError } from '../lib/describeError.ts';
import { IconButton } from './Button.tsx';
import './notices.css';

interface Notice {
  readonly id: number;
  readonly title: string;
  readonly advice: string;
}

interface Notices {
  show(title: string, advice: string): void;
  /** Waits for an action; if it fails, tells the person what to do. Never rejects; returns whether it worked. */
  attempt(action: Promise<unknown>): Promise<boolean>;
}

const NoticesContext = createContext<Notices | null>(null);

export function useNotices(): Notices {
  const notices = useContext(NoticesContext);
  if (!notices) throw new Error('useNotices outside of NoticesProvider');
  return notices;
}

const SHOWN = 3;

/** What else is at the top of a page stays below the notices. */
function keepClear(notices: HTMLElement | null): (() => void) | undefined {
  if (notices === null) return;
  const { style } = document.documentElement;
  const observer = new ResizeObserver(() => style.setProperty('--notices-height', `${notices.offsetHeight}px`));
  observer.observe(notices);
  return () => {
    observer.disconnect();
    style.removeProperty('--notices-height');
  };
}

/**
 * Small messages at the edge, read out politely. They stay until dismissed, so that nobody has to read against a clock.
 */
export function NoticesProvider({ children }: { children: ReactNode }) {
  const t = useT();
  const [shown, setShown] = useState<readonly Notice[]>([]);
  const lastId = useRef(0);

  const show = useCallback((title: string, advice: string) => {
    const notice = { id: ++lastId.current, title, advice };
    setShown((before) => [...before.filter((other) => other.title !== title), notice].slice(-SHOWN));
  }, []);

  const notices = useMemo<Notices>(
    () => ({
      show,
      attempt: async (action) => {
        try {
          await action;
          return true;
        } catch (error) {
          const described = describeError(error);
          if (described) show(described.title, described.advice);
          return false;
        }
      },
    }),
    [show],
  );

  return (
    <NoticesContext value={notices}>
      {children}
      <div ref={keepClear} className="notices" role="status" aria-live="polite">
        {shown.map((notice) => (
          <div key={notice.id} className="notice">
            <TriangleAlert size={20} />
            <p>
              <strong>{notice.title}</strong> {notice.advice}
            </p>
            <IconButton
              icon={X}
              label={t('common:dismiss')}
              onClick={() => setShown((before) => before.filter((other) => other.id !== notice.id))}
            />
          </div>
        ))}
      </div>
    </NoticesContext>
  );
}
