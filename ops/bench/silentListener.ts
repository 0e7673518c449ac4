/** Hears all that a room's media has to tell, and does nothing of it. Clients have their consumers in place at once. */
export const silentListener = {
  consumersOpened: () => Promise.resolve(),
  consumersClosed: () => undefined,
  consumersPaused: () => undefined,
  layersWanted: () => undefined,
  activeSpeakersChanged: () => undefined,
  connectionQualityChanged: () => undefined,
  mediaLost: () => undefined,
  reencodingChanged: () => undefined,
};
