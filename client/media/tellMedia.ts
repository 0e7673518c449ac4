import type { ConsumersTaken } from '../../signaling/protocol/notifications.ts';
import type { Link, Notification } from '../connection/Link.ts';
import type { MediaEngine } from './MediaEngine.ts';

const TAKEN: ConsumersTaken = { tellsShown: true };

/** Handles what the server says about media. Returns false if the notification is about something else. */
export function tellMedia(notification: Notification, media: MediaEngine, link: Link | undefined): boolean {
  const { name, body } = notification;
  switch (name) {
    case 'consumersOpened':
      if (link !== undefined) {
        void media.consumersOpened(link, body.consumers).then(() => notification.acknowledge?.(TAKEN));
      }
      return true;
    case 'consumersClosed':
      media.consumersClosed(body.consumerIds);
      return true;
    case 'consumersPaused':
      media.consumersPaused(body.changes);
      return true;
    case 'layersWanted':
      media.layersWanted(body.trackId, body.maxSpatialLayer);
      return true;
    case 'standbyPlaces':
      media.standby.setPlaces(body.urls, body.hotStandby);
      return true;
    case 'mediaLost':
      media.mediaLost(body.renewed);
      return true;
    default:
      return false;
  }
}
