/** Light or dark: the system's, unless the person chose. The page's first script reads the same place (public/theme.js). */

export type Theme = 'system' | 'light' | 'dark';

const key = 'segue.theme';

export function chosenTheme(storage: Storage): Theme {
  const chosen = storage.getItem(key);
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}

export function chooseTheme(storage: Storage, root: HTMLElement, theme: Theme): void {
  if (theme === 'system') {
    storage.removeItem(key);
    delete root.dataset['theme'];
  } else {
    storage.setItem(key, theme);
    root.dataset['theme'] = theme;
  }
}
