export type PanelName = 'chat' | 'people' | 'settings';
