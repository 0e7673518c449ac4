import { useEffect, useState } from 'react';
import { useT } from '../../i18n/i18n.ts';
import type { ConnectionDetails, MeetingConnection } from '../../model/Meeting.ts';
import { bitrateText, layerText, lossText } from './connectionTexts.ts';

const MEASURE_EVERY_MS = 2_000;

/** Measures the connection for as long as it is shown. */
export function ConnectionDetailsList({ connection }: { connection: MeetingConnection }) {
  const t = useT();
  const details = useDetails(connection);
  if (details === null) return <p className="settings-hint">{t('connection:measuring')}</p>;
  const { path, remote, rttMs, sending, receiving, node, session, version } = details;
  const pictures = receiving.filter(({ kind }) => kind === 'video');
  const rows: readonly (readonly [name: string, value: string])[] = [
    [
      t('connection:path'),
      path === null ? t('connection:noPath') : `${t(`connection:by.${path}`)}${remote ? ` · ${remote}` : ''}`,
    ],
    [t('connection:rtt'), rttMs === null ? '–' : `${rttMs} ms`],
    [t('connection:sent'), `${bitrateText(details.sentBps)} · ${lossText(details.lossSending, t)}`],
    [t('connection:received'), `${bitrateText(details.receivedBps)} · ${lossText(details.lossReceiving, t)}`],
    ...sending.map((media): readonly [string, string] => [
      media.kind === 'video' ? t('connection:ownPicture') : t('connection:ownSound'),
      [media.codec, ...(media.kind === 'video' ? media.layers.map(layerText) : [])].join(' · '),
    ]),
    ...pictures.map((media): readonly [string, string] => [
      t('connection:picture'),
      `${media.codec} · ${layerText(media)}`,
    ]),
    [t('connection:server'), node === null ? '–' : new URL(node).host],
    [t('connection:session'), session === null ? '–' : t('connection:sessionAt', { session, version })],
  ];
  return (
    <dl className="connection-details">
      {rows.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: several pictures have the same name.
        <div key={index}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function useDetails(connection: MeetingConnection): ConnectionDetails | null {
  const [details, setDetails] = useState<ConnectionDetails | null>(null);
  useEffect(() => {
    let live = true;
    const measure = async () => {
      const measured = await connection.measure();
      if (live) setDetails(measured);
    };
    void measure();
    const timer = setInterval(() => void measure(), MEASURE_EVERY_MS);
    return () => {
      live = false;
      clearInterval(timer);
    };
  }, [connection]);
  return details;
}
