import { SwitchCamera } from 'lucide-react';
import { createContext, useContext, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { IconButton } from '../../ui/Button.tsx';
import { useDevices } from '../media/useDevices.ts';
import { canFlip, useIsPhone } from './canFlip.ts';
import './FlipButton.css';

/** Turns the camera around; null where that is not possible. */
export const FlipCamera = createContext<(() => Promise<unknown>) | null>(null);

/** One tap from the front camera to the rear one and back, on one's own picture. */
export function FlipButton() {
  const t = useT();
  const flip = useContext(FlipCamera);
  const { cameras } = useDevices(null);
  const isPhone = useIsPhone();
  const [flipping, setFlipping] = useState(false);
  if (flip === null || !canFlip(cameras, isPhone)) return null;
  return (
    <IconButton
      className="flip-camera"
      icon={SwitchCamera}
      label={t('devices:flip')}
      disabled={flipping}
      onClick={() => {
        setFlipping(true);
        void flip().finally(() => setFlipping(false));
      }}
    />
  );
}
