import { hueOf, initialsOf } from '../lib/initials.ts';
import './Avatar.css';

export function Avatar({ id, name, size }: { id: string; name: string; size?: number }) {
  const hue = hueOf(id);
  return (
    <span
      className="avatar"
      aria-hidden="true"
      style={{
        background: `oklch(0.42 0.075 ${hue})`,
        ...(size !== undefined && { width: size, height: size, fontSize: size * 0.4 }),
      }}
    >
      {initialsOf(name)}
    </span>
  );
}
