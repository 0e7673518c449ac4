/** The part of the library that a pump uses. It closes a `VideoFrame` that it is given. */
export interface PictureProcessor {
  processFrame(picture: VideoFrame | HTMLVideoElement, made: HTMLCanvasElement): Promise<void>;
}

const USUAL_RATE = 30;

/** Returns how long there is for a picture of this camera, in ms. */
export function timeForPicture(camera: MediaStreamTrack): number {
  return 1_000 / (camera.getSettings().frameRate || USUAL_RATE);
}
