import { config } from 'zod';

/**
 * The page's policy forbids evaluating code. zod tries whether it may, which browsers report as an error of the page.
 * Import this before anything that makes a schema.
 */
config({ jitless: true });
