import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { Tip } from './Tip.tsx';
import './Button.css';

interface ButtonProps extends ComponentProps<'button'> {
  variant?: 'primary' | 'secondary' | 'quiet' | 'danger';
  icon?: LucideIcon;
}

export function Button({ variant = 'secondary', icon: Icon, className = '', children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button ${variant} ${className}`} {...rest}>
      {Icon && <Icon size={20} />}
      {children}
    </button>
  );
}

interface TippedButtonProps extends ComponentProps<'button'> {
  /** The accessible name. */
  label: string;
  /** The text of the tip; the name by default. */
  tip?: string | undefined;
}

/** A button without text. */
export function TippedButton({ label, tip = label, ...rest }: TippedButtonProps) {
  return (
    <Tip text={tip}>
      <UndescribedButton aria-label={label} {...rest} />
    </Tip>
  );
}

/** The tip repeats the name: as a description too, a screen reader would read it twice. */
function UndescribedButton({ 'aria-describedby': _tip, ...rest }: ComponentProps<'button'>) {
  return <button type="button" {...rest} />;
}

interface IconButtonProps extends ComponentProps<'button'> {
  icon: LucideIcon;
  /** The accessible name, also shown as a tip. */
  label: string;
  size?: number;
  /** The browser shows the tip, which is cheaper for a thousand buttons. */
  nativeTip?: boolean;
}

export function IconButton({ icon: Icon, size = 20, nativeTip = false, className = '', ...rest }: IconButtonProps) {
  const props = { ...rest, className: `icon-button ${className}`, children: <Icon size={size} /> };
  if (!nativeTip) return <TippedButton {...props} />;
  const { label, ...others } = props;
  return <button type="button" aria-label={label} title={label} {...others} />;
}
