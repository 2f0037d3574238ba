/** What analytics.js asks for when it loads: where to send to, and that there are no destinations to load in the page. */

/** Where this server is reached from outside, e.g. `https://events.example.com`. */
export type PublicAddress = { readonly protocol: 'http' | 'https'; readonly hostAndPath: string };

const hostPattern = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Undefined where a `Host` header is nothing that a browser could send to. */
export function addressOfRequest(protocol: string, host: string): PublicAddress | undefined {
  if (!hostPattern.test(host)) return undefined;
  return { protocol: protocol === 'https' ? 'https' : 'http', hostAndPath: host };
}

/** Throws TypeError for what is no http(s) address. */
export function addressOfUrl(url: string): PublicAddress {
  const { protocol, host, pathname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new TypeError(`The public address is ${url}; expected one that begins with http:// or https://.`);
  }
  const hostAndPath = host + pathname.replace(/\/+$/, '');
  return { protocol: protocol === 'https:' ? 'https' : 'http', hostAndPath };
}

export function analyticsSettings(writeKey: string, { protocol, hostAndPath }: PublicAddress): string {
  const apiHost = `${hostAndPath}/v1`;
  return JSON.stringify({
    integrations: {
      'Segment.io': {
        apiKey: writeKey,
        apiHost,
        protocol,
        retryQueue: true,
        addBundledMetadata: false,
        unbundledIntegrations: [],
        maybeBundledConfigIds: {},
        versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
      },
    },
    plan: { track: {}, identify: {}, group: {} },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    // The library's figures about itself go nowhere.
    metrics: { sampleRate: 0, host: apiHost },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  });
}
