import { config } from 'zod';

/**
 * The page's policy forbids to evaluate code. zod tries whether it may, which browsers report as an error of the page.
 * Imported before anything that makes a schema.
 */
config({ jitless: true });
