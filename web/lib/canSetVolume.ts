/** Whether a page can play something less loud. On iPhones and iPads it can only mute it. */
export function canSetVolume(): boolean {
  const audio = document.createElement('audio');
  audio.volume = 0.5;
  return audio.volume === 0.5;
}
