import type { useT } from '../../i18n/i18n.ts';
import type { ConnectionDetails } from '../../model/Meeting.ts';

export function bitrateText(bps: number | null): string {
  if (bps === null) return '–';
  return bps >= 1_000_000 ? `${(bps / 1_000_000).toFixed(1)} Mbit/s` : `${Math.round(bps / 1_000)} kbit/s`;
}

export function lossText(loss: number | null, t: ReturnType<typeof useT>): string {
  if (loss === null) return t('connection:lossUnknown');
  return t('connection:loss', { percent: loss === 0 ? '0' : (loss * 100).toFixed(loss < 0.1 ? 1 : 0) });
}

type Layer = ConnectionDetails['receiving'][number];

export function layerText({
  width,
  height,
  framesPerSecond,
}: Pick<Layer, 'width' | 'height' | 'framesPerSecond'>): string {
  const size = width === null || height === null ? '' : `${width}×${height}`;
  return framesPerSecond === null ? size : `${size} @ ${Math.round(framesPerSecond)}`.trim();
}
