/** What a room takes as a preview, in characters of base64. */
const MOST_CHARACTERS = 4_096;
/** Decoding a larger picture would take too long on a phone. */
const MOST_BYTES = 30_000_000;
/** Longest side and quality, the best first. */
const TRIES = [
  [192, 0.6],
  [160, 0.5],
  [128, 0.5],
  [96, 0.5],
  [64, 0.4],
] as const;

/** Returns a small JPEG of a picture as base64; undefined for what is none, or what this browser cannot show. */
export async function previewOf(file: File): Promise<string | undefined> {
  if (!file.type.startsWith('image/') || file.size > MOST_BYTES) return undefined;
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return undefined;
  try {
    for (const [side, quality] of TRIES) {
      const encoded = await encode(picture, side, quality);
      if (encoded !== null && encoded.length <= MOST_CHARACTERS) return encoded;
    }
    return undefined;
  } finally {
    picture.close();
  }
}

async function encode(picture: ImageBitmap, side: number, quality: number): Promise<string | null> {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext('2d');
  if (!context) return null;
  // JPEG knows no transparency.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const [head, data] = canvas.toDataURL('image/jpeg', quality).split(',');
  return head === 'data:image/jpeg;base64' && data !== undefined ? data : null;
}
