/** Ignores the events of a room's media. Clients have their consumers in place at once. */
export const silentListener = {
  consumersOpened: () => Promise.resolve({ tellsShown: false }),
  consumersClosed: () => undefined,
  consumersPaused: () => undefined,
  layersWanted: () => undefined,
  activeSpeakersChanged: () => undefined,
  connectionQualityChanged: () => undefined,
  mediaLost: () => undefined,
  reencodingChanged: () => undefined,
};
