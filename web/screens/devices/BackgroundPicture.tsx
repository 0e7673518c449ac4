import { ImageUp, Trash2 } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useT } from '../../i18n/i18n.ts';
import { useStore } from '../../lib/useStore.ts';
import { ownBackground } from '../../model/effects/blur/OwnBackground.ts';
import { Button } from '../../ui/Button.tsx';
import { useNotices } from '../../ui/notices.tsx';
import './BackgroundPicture.css';

/** Returns whether the person has a picture of their own for what is behind them. */
export function useOwnBackground(): boolean {
  useEffect(() => {
    void ownBackground.read();
  }, []);
  return useStore(ownBackground);
}

interface BackgroundPictureProps {
  /** There is one. */
  chosen: boolean;
  /** The person has chosen one: they want to see it. */
  onChosen: () => void;
}

/** Puts a picture of the person's own in place of the blur, and takes it away. */
export function BackgroundPicture({ chosen, onChosen }: BackgroundPictureProps) {
  const t = useT();
  const { show } = useNotices();
  const input = useRef<HTMLInputElement>(null);
  const choose = async (file: File) => {
    try {
      await ownBackground.choose(file);
      onChosen();
    } catch (error) {
      console.warn('the picture cannot be read', error);
      show(t('effects:picture.unreadable'), t('effects:picture.unreadableAdvice'));
    }
  };
  return (
    <div className="background-picture">
      <Button icon={ImageUp} onClick={() => input.current?.click()}>
        {t(chosen ? 'effects:picture.another' : 'effects:picture.choose')}
      </Button>
      {chosen && (
        <Button variant="quiet" icon={Trash2} onClick={() => void ownBackground.remove()}>
          {t('effects:picture.remove')}
        </Button>
      )}
      <input
        ref={input}
        type="file"
        hidden
        accept="image/*"
        aria-label={t('effects:picture.choose')}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          // The same file may be chosen again.
          event.target.value = '';
          if (file) void choose(file);
        }}
      />
    </div>
  );
}
