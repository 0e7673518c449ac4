export type PanelName = 'chat' | 'help' | 'people' | 'settings' | 'polls' | 'notes' | 'breakouts';
