/** Which view an address shows. Each view is a file of its own that is loaded when it is first wanted. */

import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';

import { isSignedOut } from '../data/client.ts';
import { sessionQuery } from '../data/queries.ts';
import { NotFound } from './not-found.tsx';
import { Shell } from './shell.tsx';

type CustomersSearch = {
  readonly q?: string;
  readonly segment?: string;
  readonly stage?: string;
  readonly sort?: string;
  readonly columns?: string;
};
type Context = { readonly queryClient: QueryClient };

const root = createRootRouteWithContext<Context>()({ notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { readonly to?: string } =>
    typeof search['to'] === 'string' && /^\/(?!\/)/.test(search['to']) ? { to: search['to'] } : {},
  component: lazyRouteComponent(() => import('../features/sign-in/sign-in.tsx'), 'SignIn'),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  notFoundComponent: NotFound,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.query({ ...sessionQuery, staleTime: 'static' });
    } catch (error) {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's own way to go elsewhere
      if (isSignedOut(error)) throw redirect({ to: '/sign-in', search: { to: location.href } });
      throw error;
    }
  },
});

const overview = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('../features/overview/overview.tsx'), 'Overview'),
});

const segments = createRoute({
  getParentRoute: () => inside,
  path: '/segments',
  component: lazyRouteComponent(() => import('../features/segments/segment-list.tsx'), 'SegmentList'),
});

const newSegment = createRoute({
  getParentRoute: () => inside,
  path: '/segments/new',
  validateSearch: ruleOf,
  component: lazyRouteComponent(() => import('../features/segments/segment-editor.tsx'), 'NewSegment'),
});

const segment = createRoute({
  getParentRoute: () => inside,
  path: '/segments/$name',
  validateSearch: tabOf,
  component: lazyRouteComponent(() => import('../features/segments/segment-page.tsx'), 'SegmentPage'),
});

const editSegment = createRoute({
  getParentRoute: () => inside,
  path: '/segments/$name/edit',
  validateSearch: ruleOf,
  component: lazyRouteComponent(() => import('../features/segments/segment-editor.tsx'), 'EditSegment'),
});

const customers = createRoute({
  getParentRoute: () => inside,
  path: '/customers',
  validateSearch: customersOf,
  component: lazyRouteComponent(() => import('../features/customers/customer-search.tsx'), 'CustomerSearch'),
});

const customer = createRoute({
  getParentRoute: () => inside,
  path: '/customers/$identifier',
  component: lazyRouteComponent(() => import('../features/customers/customer-page.tsx'), 'CustomerPage'),
});

const lifecycles = createRoute({
  getParentRoute: () => inside,
  path: '/lifecycles',
  component: lazyRouteComponent(() => import('../features/lifecycles/lifecycle-board.tsx'), 'LifecycleBoard'),
});

const live = createRoute({
  getParentRoute: () => inside,
  path: '/live',
  component: lazyRouteComponent(() => import('../features/live/live-view.tsx'), 'LiveView'),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/settings-view.tsx'), 'SettingsView'),
});

/** What is asked of all customers. */
function customersOf(search: Readonly<Record<string, unknown>>): CustomersSearch {
  const fields = ['q', 'segment', 'stage', 'sort', 'columns'];
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = search[field];
      // The address of a number is read as one.
      const text = typeof value === 'number' ? String(value) : value;
      return typeof text === 'string' ? [[field, text]] : [];
    }),
  );
}

/** A rule to write on from. */
function ruleOf({ rule }: Readonly<Record<string, unknown>>): { readonly rule?: string } {
  return typeof rule === 'string' ? { rule } : {};
}

function tabOf({ tab }: Readonly<Record<string, unknown>>): { readonly tab?: string } {
  return typeof tab === 'string' ? { tab } : {};
}

const routeTree = root.addChildren([
  signIn,
  inside.addChildren([
    overview,
    segments,
    newSegment,
    segment,
    editSegment,
    customers,
    customer,
    lifecycles,
    live,
    settings,
  ]),
]);

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultPendingMs: 300,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
