import type breakouts from './en/breakouts.json';
import type chat from './en/chat.json';
import type common from './en/common.json';
import type connection from './en/connection.json';
import type controls from './en/controls.json';
import type devices from './en/devices.json';
import type effects from './en/effects.json';
import type entry from './en/entry.json';
import type errors from './en/errors.json';
import type files from './en/files.json';
import type hosts from './en/hosts.json';
import type landing from './en/landing.json';
import type meeting from './en/meeting.json';
import type people from './en/people.json';
import type recording from './en/recording.json';
import type settings from './en/settings.json';
import type stage from './en/stage.json';

/** The page's texts by area. English is the original: what it has, every other language has. */
interface Areas {
  breakouts: typeof breakouts;
  chat: typeof chat;
  common: typeof common;
  connection: typeof connection;
  controls: typeof controls;
  devices: typeof devices;
  effects: typeof effects;
  entry: typeof entry;
  errors: typeof errors;
  files: typeof files;
  hosts: typeof hosts;
  landing: typeof landing;
  meeting: typeof meeting;
  people: typeof people;
  recording: typeof recording;
  settings: typeof settings;
  stage: typeof stage;
}

/** `cats_one` and `cats_other` are two forms of the text `cats`. */
type WithoutForm<Key extends string> = Key extends `${infer Text}_${Intl.LDMLPluralRule}` ? Text : Key;

type KeysOf<Texts> = {
  [Key in keyof Texts & string]: Texts[Key] extends string ? WithoutForm<Key> : `${Key}.${KeysOf<Texts[Key]>}`;
}[keyof Texts & string];

/** Names a text: `area:key`. */
export type TextKey = { [Area in keyof Areas]: `${Area}:${KeysOf<Areas[Area]>}` }[keyof Areas];

export type TextValues = Readonly<Record<string, string | number>>;
