import type { LucideIcon } from 'lucide-react';
import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import './fields.css';

interface TextFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: ReactNode;
  problem?: string | null;
}

export function TextField({ label, hint, problem, ...rest }: TextFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} aria-invalid={problem ? true : undefined} aria-describedby={`${id}-more`} {...rest} />
      <p id={`${id}-more`} className={problem ? 'field-problem' : 'field-hint'} role={problem ? 'alert' : undefined}>
        {problem || hint}
      </p>
    </div>
  );
}

interface SelectFieldProps {
  label: string;
  value: string;
  options: readonly { readonly value: string; readonly label: string }[];
  onChange: (value: string) => void;
}

export function SelectField({ label, value, options, onChange }: SelectFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}

interface SwitchFieldProps {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function SwitchField({ label, hint, checked, onChange }: SwitchFieldProps) {
  return (
    <label className="switch-field">
      <span>
        {label}
        {hint && <small>{hint}</small>}
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={checked}
        aria-checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
    </label>
  );
}

interface SliderFieldProps {
  label: string;
  icon: LucideIcon;
  /** From 0 to 100. */
  value: number;
  /** The value as people read it. */
  text: string;
  onChange: (value: number) => void;
}

export function SliderField({ label, icon: Icon, value, text, onChange }: SliderFieldProps) {
  return (
    <label className="slider-field">
      <Icon size={19} aria-hidden="true" />
      <span className="visually-hidden">{label}</span>
      <input
        type="range"
        min={0}
        max={100}
        step={5}
        value={value}
        aria-valuetext={text}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
      <span className="slider-value" aria-hidden="true">
        {text}
      </span>
    </label>
  );
}
