import { Icon, type IconName } from '../../ui/icons.tsx';

interface ControlButtonProps {
  icon: IconName;
  label: string;
  /** The shortcut, shown with the tip. */
  keys?: string;
  className?: string;
  off?: boolean;
  active?: boolean;
  danger?: boolean;
  badge?: number;
  expanded?: boolean;
  onClick: () => void;
}

export function ControlButton(props: ControlButtonProps) {
  const { icon, label, keys, className = '', off, active, danger, badge = 0, expanded, onClick } = props;
  const state = danger ? ' danger' : off ? ' off' : active ? ' active' : '';
  return (
    <button
      type="button"
      className={`control${state} ${className}`}
      aria-label={label}
      aria-expanded={expanded}
      title={keys ? `${label} (${keys})` : label}
      onClick={onClick}
    >
      <Icon name={icon} size={24} />
      {badge > 0 && (
        <span className="badge" aria-hidden="true">
          {badge > 99 ? '99+' : badge}
        </span>
      )}
    </button>
  );
}
