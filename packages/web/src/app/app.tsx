/** The app: language, session, answers kept, views by address. */

import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { type JSX, useEffect, useState } from 'react';
import { IntlProvider } from 'react-intl';

import { liveChanges } from '../data/live-changes.ts';
import { createQueryClient } from '../data/query-client.ts';
import { en } from '../texts/en.ts';
import {
  type Language,
  loadTexts,
  localeOf,
  preferredLanguage,
  rememberLanguage,
  type Texts,
} from '../texts/languages.ts';
import { LanguageContext } from './language.ts';
import { createAppRouter } from './router.tsx';

const queryClient = createQueryClient(() => {
  signedOut();
});
const router = createAppRouter(queryClient);

function signedOut(): void {
  const { pathname, searchStr } = router.state.location;
  if (pathname === '/sign-in') return;
  liveChanges.reset();
  queryClient.clear();
  void router.navigate({ to: '/sign-in', search: { to: pathname + searchStr } });
}

export function App(): JSX.Element {
  const [language, setLanguage] = useState<Language>(() =>
    preferredLanguage(localStorage, navigator.languages),
  );
  const [texts, setTexts] = useState<Texts>(en);
  useEffect(() => {
    let isWanted = true;
    void loadTexts(language).then((loaded) => {
      if (isWanted) setTexts(loaded);
    });
    document.documentElement.lang = language;
    return () => {
      isWanted = false;
    };
  }, [language]);
  const choose = (chosen: Language): void => {
    rememberLanguage(localStorage, chosen);
    setLanguage(chosen);
  };
  return (
    <LanguageContext value={{ language, choose }}>
      <IntlProvider locale={localeOf(language, navigator.languages)} messages={texts}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </IntlProvider>
    </LanguageContext>
  );
}
