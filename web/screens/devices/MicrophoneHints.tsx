import { MicOff, Volume2, VolumeX, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { MicrophoneHint } from '../../model/MicrophoneJudge.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import './MicrophoneHints.css';

interface MicrophoneHintsProps {
  hint: MicrophoneHint | null;
  /** Null where there is nothing to turn on. */
  onUnmute: (() => void) | null;
  /** Null if noise is suppressed already. */
  onSuppress: (() => void) | null;
}

const ICONS = { silent: VolumeX, talkingMuted: MicOff, noisy: Volume2 } as const;

/** Says what is odd about the person's own microphone, until it is over or they have read it. */
export function MicrophoneHints({ hint, onUnmute, onSuppress }: MicrophoneHintsProps) {
  const t = useT();
  const [dismissed, setDismissed] = useState<MicrophoneHint | null>(null);
  // Noise comes and goes: once is enough. The others are said again when they happen again.
  useEffect(() => {
    if (hint === null) setDismissed((before) => (before === 'noisy' ? before : null));
  }, [hint]);
  const isNeedless = hint === 'noisy' && onSuppress === null;
  const shown = hint === dismissed || isNeedless ? null : hint;
  const Icon = shown && ICONS[shown];
  return (
    <div className="microphone-hints" role="status">
      {shown && Icon && (
        <p className="microphone-hint">
          <Icon size={18} />
          <span>{t(`devices:hint.${shown}`)}</span>
          {shown === 'talkingMuted' && onUnmute && (
            <Button variant="primary" onClick={onUnmute}>
              {t('devices:unmute')}
            </Button>
          )}
          {shown === 'noisy' && onSuppress && <Button onClick={onSuppress}>{t('effects:noise.label')}</Button>}
          <IconButton icon={X} label={t('devices:dismiss')} onClick={() => setDismissed(shown)} />
        </p>
      )}
    </div>
  );
}
