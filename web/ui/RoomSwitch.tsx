import { startTransition, useOptimistic } from 'react';
import { SwitchField } from './fields.tsx';
import { useNotices } from './notices.tsx';

interface RoomSwitchProps {
  label: string;
  hint: string;
  checked: boolean;
  onChange: (checked: boolean) => Promise<void>;
}

/** Follows the hand at once, and falls back if the room refuses. */
export function RoomSwitch({ label, hint, checked, onChange }: RoomSwitchProps) {
  const [shown, show] = useOptimistic(checked);
  const { attempt } = useNotices();
  const change = (wanted: boolean) => {
    startTransition(async () => {
      show(wanted);
      await attempt(onChange(wanted));
    });
  };
  return <SwitchField label={label} hint={hint} checked={shown} onChange={change} />;
}
