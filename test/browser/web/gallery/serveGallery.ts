import type { TestProject } from 'vitest/node';
import { GalleryServer } from '../../../../ops/kit/clients/page/GalleryServer.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the gallery is served. */
    gallery: string;
  }
}

/** Builds and serves the gallery once, for all files that look at it. */
export default async function serveGallery(project: TestProject): Promise<() => Promise<void>> {
  const gallery = await GalleryServer.start();
  project.provide('gallery', gallery.url);
  return () => gallery.stop();
}
