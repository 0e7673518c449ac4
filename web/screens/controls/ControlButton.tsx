import type { LucideIcon } from 'lucide-react';
import { useT } from '../../i18n/i18n.ts';
import { TippedButton } from '../../ui/Button.tsx';

interface ControlButtonProps {
  icon: LucideIcon;
  label: string;
  /** The key that does the same together with Ctrl. */
  ctrlKey?: string;
  className?: string;
  off?: boolean;
  /** It is on, and has no effect. */
  useless?: boolean;
  active?: boolean;
  danger?: boolean;
  badge?: number;
  expanded?: boolean;
  /** The label says why. */
  disabled?: boolean;
  /** A click leaves the focus where it is, so that the space bar still means the same there. */
  keepsFocus?: boolean;
  onClick: () => void;
}

export function ControlButton(props: ControlButtonProps) {
  const t = useT();
  const { icon: Icon, label, ctrlKey, className = '', off, useless, active, danger } = props;
  const { badge = 0, expanded, disabled, keepsFocus, onClick } = props;
  const state = danger ? ' danger' : off ? ' off' : useless ? ' useless' : active ? ' active' : '';
  return (
    <TippedButton
      label={label}
      tip={ctrlKey && t('controls:withKey', { label, key: ctrlKey })}
      className={`control${state} ${className}`}
      aria-disabled={disabled}
      aria-expanded={expanded}
      aria-keyshortcuts={ctrlKey && `Control+${ctrlKey}`}
      onMouseDown={keepsFocus ? (event) => event.preventDefault() : undefined}
      onClick={disabled ? undefined : onClick}
    >
      <Icon size={24} />
      {useless && (
        <span className="badge warning" aria-hidden="true">
          !
        </span>
      )}
      {badge > 0 && (
        <span className="badge" aria-hidden="true">
          {badge > 99 ? '99+' : badge}
        </span>
      )}
    </TippedButton>
  );
}
