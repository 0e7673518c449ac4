import { Maximize, ZoomIn, ZoomOut } from 'lucide-react';
import { useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { PublishedMedia } from '../../model/Meeting.ts';
import { IconButton } from '../../ui/Button.tsx';
import { MediaVideo } from '../media/MediaVideo.tsx';
import { useZoomGestures } from './useZoomGestures.ts';
import { STEP, WHOLE, zoomAtCentre } from './zoom.ts';

interface ZoomableVideoProps {
  media: PublishedMedia;
  label: string;
  /** Small tiles show the whole picture. */
  mayZoom: boolean;
}

/** A shared screen, which people enlarge by wheel, two fingers or buttons, and then drag. */
export function ZoomableVideo({ media, label, mayZoom }: ZoomableVideoProps) {
  const t = useT();
  const [wanted, setZoom] = useState(WHOLE);
  const zoom = mayZoom ? wanted : WHOLE;
  const { ref, box } = useZoomGestures(mayZoom, setZoom);
  const isWhole = zoom.scale === 1;
  const by = (factor: number) => setZoom((before) => zoomAtCentre(before, factor, box()));
  return (
    <>
      <div ref={ref} className={`zoom-box${isWhole ? '' : ' zoomed'}`}>
        <div className="zoom-picture" style={{ transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})` }}>
          <MediaVideo media={media} label={label} fit="contain" />
        </div>
      </div>
      {mayZoom && (
        <fieldset className="zoom-buttons" aria-label={t('stage:zoom')}>
          <IconButton icon={ZoomOut} label={t('stage:zoomOut')} disabled={isWhole} onClick={() => by(1 / STEP)} />
          <IconButton icon={ZoomIn} label={t('stage:zoomIn')} onClick={() => by(STEP)} />
          {!isWhole && <IconButton icon={Maximize} label={t('stage:zoomWhole')} onClick={() => setZoom(WHOLE)} />}
        </fieldset>
      )}
    </>
  );
}
