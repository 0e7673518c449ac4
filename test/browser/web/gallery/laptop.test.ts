import { screensOn } from './screensOn.ts';

screensOn('laptop');
