/* eslint-disable */
/**
 * Made from the OpenAPI document of the API. Never edited: after a change of routes or schemas,
 * `npx vitest run packages/server/test/api/client-types.test.ts -u` writes them anew.
 */

export interface paths {
  '/api/session': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who is asking.
     * @description Takes the role viewer.
     */
    get: operations['getSession'];
    put?: never;
    /**
     * Signs in; the answer sets the cookie of the session.
     * @description Open to everybody.
     */
    post: operations['signIn'];
    /**
     * Signs out.
     * @description Takes the role viewer.
     */
    delete: operations['signOut'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/session/link/look': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * What a sign-in link is for.
     * @description Open to everybody.
     */
    post: operations['lookAtSignInLink'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/session/link': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sets a password with a sign-in link, and signs in.
     * @description Open to everybody.
     */
    post: operations['useSignInLink'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/session/password': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Changes one’s own password; all other sessions end.
     * @description Takes the role viewer.
     */
    put: operations['changePassword'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/users': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Users, in the order in which they were made.
     * @description Takes the role admin.
     */
    get: operations['listUsers'];
    put?: never;
    /**
     * Makes a user and a sign-in link for them.
     * @description Takes the role admin.
     */
    post: operations['createUser'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/users/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One user.
     * @description Takes the role admin.
     */
    get: operations['getUser'];
    put?: never;
    post?: never;
    /**
     * Removes a user; what they did stays in the audit log.
     * @description Takes the role admin.
     */
    delete: operations['removeUser'];
    options?: never;
    head?: never;
    /**
     * Changes what is given; disabling ends all sessions.
     * @description Takes the role admin.
     */
    patch: operations['changeUser'];
    trace?: never;
  };
  '/api/users/{id}/link': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * A sign-in link for a user who has none, or forgot the password; earlier ones go.
     * @description Takes the role admin.
     */
    post: operations['createSignInLink'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/users/{id}/sessions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Signs a user out everywhere.
     * @description Takes the role admin.
     */
    delete: operations['endSessions'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/sources': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Sources, in the order in which they were made.
     * @description Takes the role viewer.
     */
    get: operations['listSources'];
    put?: never;
    /**
     * Makes a source; it sends with a write key.
     * @description Takes the role admin.
     */
    post: operations['createSource'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/sources/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Removes a source whose write keys are withdrawn; what it sent stays.
     * @description Takes the role admin.
     */
    delete: operations['removeSource'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/write-keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Write keys, withdrawn ones too, in the order in which they were made.
     * @description Takes the role admin.
     */
    get: operations['listWriteKeys'];
    put?: never;
    /**
     * Makes a write key for a source.
     * @description Takes the role admin.
     */
    post: operations['createWriteKey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/write-keys/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Withdraws a write key: from the answer on, nothing is taken with it.
     * @description Takes the role admin.
     */
    delete: operations['withdrawWriteKey'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/server-keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Server keys, withdrawn ones too, in the order in which they were made.
     * @description Takes the role admin.
     */
    get: operations['listServerKeys'];
    put?: never;
    /**
     * Makes a server key of a role.
     * @description Takes the role admin.
     */
    post: operations['createServerKey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/server-keys/{id}/rotate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * A new secret for the same key; the one before stays valid for a while.
     * @description Takes the role admin.
     */
    post: operations['rotateServerKey'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/server-keys/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Withdraws a server key with all its secrets, at once.
     * @description Takes the role admin.
     */
    delete: operations['withdrawServerKey'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who did what, newest first.
     * @description Takes the role admin.
     */
    get: operations['listAudit'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/audit/verify': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Whether every row follows from the one before.
     * @description Takes the role admin.
     */
    get: operations['verifyAudit'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/quarantine': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Messages that were refused, newest first.
     * @description Takes the role viewer.
     */
    get: operations['listQuarantine'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/quarantine/counts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How many messages were refused since the beginning, by code.
     * @description Takes the role viewer.
     */
    get: operations['countQuarantine'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/definitions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The definitions in force, as a definitions file would hold them.
     * @description Takes the role viewer.
     */
    get: operations['getDefinitions'];
    put?: never;
    /**
     * Puts a complete set into force; what is not in it is removed.
     * @description Takes the role marketer.
     */
    post: operations['applyDefinitions'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/definitions.yaml': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The definitions in force as a definitions file.
     * @description Takes the role viewer.
     */
    get: operations['getDefinitionsFile'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/definitions/progress': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How far the building of new definitions has come.
     * @description Takes the role viewer.
     */
    get: operations['getDefinitionsProgress'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/definitions/revisions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Every set that was in force, newest first.
     * @description Takes the role viewer.
     */
    get: operations['listRevisions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/definitions/revisions/{revision}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One revision with its definitions.
     * @description Takes the role viewer.
     */
    get: operations['getRevision'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/definitions/revisions/{revision}/difference': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What differs from the revision before, or from another.
     * @description Takes the role viewer.
     */
    get: operations['getRevisionDifference'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/definitions/revisions/{revision}/rollback': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Puts an earlier set into force again, as a new revision.
     * @description Takes the role marketer.
     */
    post: operations['rollBack'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/segments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Every segment in force.
     * @description Takes the role viewer.
     */
    get: operations['listSegments'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/segments/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One segment.
     * @description Takes the role viewer.
     */
    get: operations['getSegment'];
    /**
     * Makes or replaces a segment; everything else stays as it is.
     * @description Takes the role marketer.
     */
    put: operations['putSegment'];
    post?: never;
    /**
     * Removes a segment that no other definition uses.
     * @description Takes the role marketer.
     */
    delete: operations['removeSegment'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/segments/{name}/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What became of a segment, newest first: who changed it, when and why.
     * @description Takes the role viewer.
     */
    get: operations['listSegmentVersions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/lifecycles': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Every lifecycle in force.
     * @description Takes the role viewer.
     */
    get: operations['listLifecycles'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/lifecycles/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One lifecycle.
     * @description Takes the role viewer.
     */
    get: operations['getLifecycle'];
    /**
     * Makes or replaces a lifecycle; everything else stays as it is.
     * @description Takes the role marketer.
     */
    put: operations['putLifecycle'];
    post?: never;
    /**
     * Removes a lifecycle that no other definition uses.
     * @description Takes the role marketer.
     */
    delete: operations['removeLifecycle'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/lifecycles/{name}/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What became of a lifecycle, newest first: who changed it, when and why.
     * @description Takes the role viewer.
     */
    get: operations['listLifecycleVersions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/rfm': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Every RFM model in force.
     * @description Takes the role viewer.
     */
    get: operations['listRfms'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/rfm/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One RFM model.
     * @description Takes the role viewer.
     */
    get: operations['getRfm'];
    /**
     * Makes or replaces a RFM model; everything else stays as it is.
     * @description Takes the role marketer.
     */
    put: operations['putRfm'];
    post?: never;
    /**
     * Removes a RFM model that no other definition uses.
     * @description Takes the role marketer.
     */
    delete: operations['removeRfm'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/rfm/{name}/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What became of a RFM model, newest first: who changed it, when and why.
     * @description Takes the role viewer.
     */
    get: operations['listRfmVersions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/lists': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Every list in force.
     * @description Takes the role viewer.
     */
    get: operations['listLists'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/lists/{name}/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What became of a list, newest first: who changed it, when and why.
     * @description Takes the role viewer.
     */
    get: operations['listListVersions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/lists/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One list, with its members in parts.
     * @description Takes the role viewer.
     */
    get: operations['getList'];
    /**
     * Makes or replaces a list; everything else stays as it is.
     * @description Takes the role marketer.
     */
    put: operations['putList'];
    post?: never;
    /**
     * Removes a list that no other definition uses.
     * @description Takes the role marketer.
     */
    delete: operations['removeList'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/channels': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Every channel in force.
     * @description Takes the role viewer.
     */
    get: operations['listChannels'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/channels/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One channel.
     * @description Takes the role viewer.
     */
    get: operations['getChannel'];
    /**
     * Makes or replaces a channel; everything else stays as it is.
     * @description Takes the role marketer.
     */
    put: operations['putChannel'];
    post?: never;
    /**
     * Removes a channel that no other definition uses.
     * @description Takes the role marketer.
     */
    delete: operations['removeChannel'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/channels/{name}/versions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What became of a channel, newest first: who changed it, when and why.
     * @description Takes the role viewer.
     */
    get: operations['listChannelVersions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/lists/{name}/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Replaces all members of a list.
     * @description Takes the role marketer.
     */
    put: operations['replaceListMembers'];
    /**
     * Puts members onto a list; those who are on it stay.
     * @description Takes the role marketer.
     */
    post: operations['addListMembers'];
    /**
     * Takes members off a list; who is not on it is passed over.
     * @description Takes the role marketer.
     */
    delete: operations['removeListMembers'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/rules/check': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Checks a rule, as text or as a tree, against the definitions in force.
     * @description Takes the role viewer.
     */
    post: operations['checkRule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/erasures': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Erasures, the latest first.
     * @description Takes the role admin.
     */
    get: operations['listErasures'];
    put?: never;
    /**
     * Erases a customer: at once out of all answers, changes, deliveries and refused messages, soon out of the log.
     * @description Takes the role admin.
     */
    post: operations['eraseCustomer'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/erasures/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One erasure, and what was taken out.
     * @description Takes the role admin.
     */
    get: operations['getErasure'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * This document.
     * @description Open to everybody.
     */
    get: operations['getOpenApi'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/webhooks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Webhooks in the order in which they were made, with how far they have come.
     * @description Takes the role marketer.
     */
    get: operations['listWebhooks'];
    put?: never;
    /**
     * Registers an address; it gets the changes from now on.
     * @description Takes the role admin.
     */
    post: operations['createWebhook'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/webhooks/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * One webhook.
     * @description Takes the role marketer.
     */
    get: operations['getWebhook'];
    put?: never;
    post?: never;
    /**
     * Removes a webhook with all that waits for it and its past.
     * @description Takes the role admin.
     */
    delete: operations['removeWebhook'];
    options?: never;
    head?: never;
    /**
     * Changes fields of a webhook; what waits already is sent in the new form to the new address.
     * @description Takes the role admin.
     */
    patch: operations['changeWebhook'];
    trace?: never;
  };
  '/api/webhooks/{id}/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The latest attempts to deliver, newest first.
     * @description Takes the role marketer.
     */
    get: operations['listWebhookDeliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/webhooks/{id}/rotate-secret': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * A new secret; the one before signs beside it for a while.
     * @description Takes the role admin.
     */
    post: operations['rotateWebhookSecret'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/webhooks/{id}/disable': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sends nothing more until it is enabled; what waits is kept.
     * @description Takes the role admin.
     */
    post: operations['disableWebhook'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/webhooks/{id}/enable': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sends again, from where it stopped; to leave out what has come meanwhile, skip first.
     * @description Takes the role admin.
     */
    post: operations['enableWebhook'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/webhooks/{id}/skip': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Leaves out everything until now: what waits, and what has not been looked at.
     * @description Takes the role admin.
     */
    post: operations['skipWebhook'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/webhooks/{id}/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sends one change again, or all from one on, with the ids they had.
     * @description Takes the role admin.
     */
    post: operations['replayWebhook'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/webhooks/{id}/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sends a made-up change now, once, and answers with what became of it.
     * @description Takes the role admin.
     */
    post: operations['testWebhook'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/backtests': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * All backtests that are kept, the newest first.
     * @description Takes the role viewer.
     */
    get: operations['listBacktests'];
    put?: never;
    /**
     * Starts a backtest: what a draft would have done over the past, beside what is in force.
     * @description Takes the role marketer.
     */
    post: operations['createBacktest'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/backtests/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * A backtest: how far it is, and when it is done, what it found.
     * @description Takes the role viewer.
     */
    get: operations['getBacktest'];
    put?: never;
    post?: never;
    /**
     * Deletes a backtest and what it found; one that runs is stopped.
     * @description Takes the role marketer.
     */
    delete: operations['removeBacktest'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/jobs/stream': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Backtests and suggestions as server-sent events, {"jobs": […], "removed": [ids]}: all at once, then each that has changed and how far it is, twice a second at most.
     * @description Takes the role viewer.
     */
    get: operations['streamJobs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/backtests/{id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Stops a backtest; it can be resumed.
     * @description Takes the role marketer.
     */
    post: operations['cancelBacktest'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/backtests/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Goes on with a backtest that was cancelled or has failed.
     * @description Takes the role marketer.
     */
    post: operations['resumeBacktest'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/suggestions/numbers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * The numbers of a rule, or of a segment in force, that others could be tried for.
     * @description Takes the role viewer.
     */
    post: operations['listRuleNumbers'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/suggestions/threshold': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Tries other numbers for one in a rule: size, precision and recall of each, and the knee.
     * @description Takes the role marketer.
     */
    post: operations['suggestThreshold'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/suggestions/lifecycle': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Proposes stages of a lifecycle from how long people let pass between purchases.
     * @description Takes the role marketer.
     */
    post: operations['suggestLifecycle'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/suggestions/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * A suggestion: how far it is, and when it is done, what it found.
     * @description Takes the role viewer.
     */
    get: operations['getSuggestion'];
    put?: never;
    post?: never;
    /**
     * Deletes a suggestion and what it found; one that runs is stopped.
     * @description Takes the role marketer.
     */
    delete: operations['removeSuggestion'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/suggestions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * All suggestions that are kept, the newest first.
     * @description Takes the role viewer.
     */
    get: operations['listSuggestions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/suggestions/{id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Stops a suggestion; it can be resumed.
     * @description Takes the role marketer.
     */
    post: operations['cancelSuggestion'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/suggestions/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Goes on with a suggestion that was cancelled or has failed.
     * @description Takes the role marketer.
     */
    post: operations['resumeSuggestion'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/overlap': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * How many are in a combination of segments and stages now, and some of them.
     * @description Takes the role viewer.
     */
    post: operations['countOverlap'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/overlap/matrix': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * How segments and stages lie in one another: every pair, and the exclusive parts.
     * @description Takes the role viewer.
     */
    post: operations['compareSets'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * How many a rule would hold for now, some of them, and what its conditions, stages and traits say.
     * @description Takes the role viewer.
     */
    post: operations['previewRule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/populations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What percentiles and RFM models measure against, and when that was taken.
     * @description Takes the role viewer.
     */
    get: operations['listPopulations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/populations/refresh': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Takes all populations anew, now; whoever moves by it moves before the answer.
     * @description Takes the role marketer.
     */
    post: operations['refreshPopulations'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/populations/preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Who would move if all populations were taken anew now; nothing is changed.
     * @description Takes the role viewer.
     */
    post: operations['previewRefresh'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/rfm/{name}/table': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How many customers are in each cell and group of an RFM model now, as segments in force have them.
     * @description Takes the role viewer.
     */
    get: operations['getRfmTable'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/rfm/{name}/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who is in some cells or a group of an RFM model now: those whom its table counts.
     * @description Takes the role viewer.
     */
    get: operations['getRfmMembers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/schema/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The events, pages and screens that have come, with how often; the most frequent first.
     * @description Takes the role viewer.
     */
    get: operations['listSeenEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/schema/properties': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What stands in the messages of an event: paths, kinds of values, and how many have it.
     * @description Takes the role viewer.
     */
    get: operations['listSeenProperties'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/schema/property-values': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Values of a property of an event, with how often they occur.
     * @description Takes the role viewer.
     */
    get: operations['listSeenPropertyValues'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/schema/traits': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The traits that customers have been given, with how many were.
     * @description Takes the role viewer.
     */
    get: operations['listSeenTraits'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/schema/trait-paths': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What kinds of values a trait has, and what stands within it.
     * @description Takes the role viewer.
     */
    get: operations['listSeenTraitPaths'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/schema/trait-values': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Values of a trait that customers have now, with how many have them.
     * @description Takes the role viewer.
     */
    get: operations['listSeenTraitValues'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/rules/sql': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * A rule as one query of ClickHouse over the tables of the history store. Nothing is run.
     * @description Takes the role viewer.
     */
    post: operations['showRuleSql'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/status': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How the history store is, and how far it has come.
     * @description Takes the role viewer.
     */
    get: operations['getHistoryStatus'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/rebuild': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Empties the history store and makes it again from the log. Everything else goes on.
     * @description Takes the role admin.
     */
    post: operations['rebuildHistory'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/size': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The size of a segment or stage through a period, with entries and exits by cause.
     * @description Takes the role viewer.
     */
    get: operations['getSizeThroughTime'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who was in a segment or stage at an instant, in the order in which they became known.
     * @description Takes the role viewer.
     */
    get: operations['getMembersThen'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/stay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How long people stay who entered in a period: quantiles, and the share still in after each unit.
     * @description Takes the role viewer.
     */
    get: operations['getStay'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/returns': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Of those who left in a period, how many are in again within so many days.
     * @description Takes the role viewer.
     */
    get: operations['getReturns'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/flows': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How customers moved between the stages of a lifecycle: nodes and links of a Sankey diagram.
     * @description Takes the role viewer.
     */
    get: operations['getFlows'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/retention': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Of those who first did something in a week, how many do it (or something else) in each later week.
     * @description Takes the role viewer.
     */
    get: operations['getRetention'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/sizes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The sizes of all segments at the end of each of the last days, today included.
     * @description Takes the role viewer.
     */
    get: operations['getSizesOfAll'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/conversions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Of those who entered each stage of a lifecycle in a period, how many went on within it, where to, and after how long.
     * @description Takes the role viewer.
     */
    get: operations['getConversions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/flows/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who was in one stage just before a period and is in another at its end.
     * @description Takes the role viewer.
     */
    get: operations['getFlowMembers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/rfm/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The cells and groups of an RFM model as they would have been at an instant, ranked among all who had bought by then.
     * @description Takes the role viewer.
     */
    get: operations['getRfmTableThen'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/rfm/{name}/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who would have been in a cell or group of an RFM model at an instant.
     * @description Takes the role viewer.
     */
    get: operations['getRfmMembersThen'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/export/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who is, or was at an instant, in a segment or stage, as a file.
     * @description Takes the role viewer.
     */
    get: operations['exportMembers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/export/changes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Entries, exits and moves between stages in a period, as a file.
     * @description Takes the role viewer.
     */
    get: operations['exportChanges'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/export/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Events of a period, as a file.
     * @description Takes the role viewer.
     */
    get: operations['exportEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/export/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Attempts to deliver changes to webhooks in a period, as a file.
     * @description Takes the role viewer.
     */
    get: operations['exportDeliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/workspace': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What this installation is: its name, its time zone, its version, since when it runs.
     * @description Takes the role viewer.
     */
    get: operations['getWorkspace'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/workspace/name': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Says what people call it.
     * @description Takes the role admin.
     */
    put: operations['renameWorkspace'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/overview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How many, what arrives, and what needs somebody.
     * @description Takes the role viewer.
     */
    get: operations['getOverview'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/overview/stream': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The overview as server-sent events: at once, and whenever it has changed, once a second at most.
     * @description Takes the role viewer.
     */
    get: operations['streamOverview'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/history/moves': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who entered and left which segments in a period, by cause, and moves between stages.
     * @description Takes the role viewer.
     */
    get: operations['getMoves'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/profiles/{identifier}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * A customer: identifiers, traits, segments, stages, scores, consents.
     * @description Takes the role viewer.
     */
    get: operations['getProfile'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/profiles/{identifier}/segments': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Which segments a customer is in, since when and until when.
     * @description Takes the role viewer.
     */
    get: operations['getSegmentsOfProfile'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/profiles/batch': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Many customers at once; null where nobody is known by an identifier.
     * @description Takes the role viewer.
     */
    post: operations['getProfiles'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/profiles/{identifier}/timeline': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The messages of a customer, the latest to arrive first.
     * @description Takes the role viewer.
     */
    get: operations['getTimeline'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/profiles/{identifier}/explain/{segment}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Why a customer is in a segment or not, since when, until when, and what would change it.
     * @description Takes the role viewer.
     */
    get: operations['explain'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/profiles/{identifier}/story': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How a customer came together: identifiers, merges, traits in turn, events by name.
     * @description Takes the role viewer.
     */
    get: operations['getStory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/profiles/{identifier}/what-if': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * What would change for a customer if things happened, or time passed; nothing does.
     * @description Takes the role viewer.
     */
    post: operations['tryWhatIf'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/segments/{segment}/members': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who is in a segment now, in the order in which they became known.
     * @description Takes the role viewer.
     */
    get: operations['getMembers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/customers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Customers by anything that is known of them, in an order, by parts.
     * @description Takes the role viewer.
     */
    get: operations['listCustomers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/profiles/{identifier}/scenario': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What was seen of a customer as a scenario file, with the definitions that were in force: `segue test` runs it.
     * @description Takes the role viewer.
     */
    get: operations['writeScenario'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/segments/{segment}/forecast': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who will enter and leave by time alone over the next days, if nothing happens.
     * @description Takes the role viewer.
     */
    get: operations['forecastSegment'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stream': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Changes as they happen, as server-sent events; Last-Event-ID goes on after a break.
     * @description Takes the role viewer.
     */
    get: operations['streamChanges'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/stream/tickets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * A ticket that opens one WebSocket, for pages, which cannot send a key.
     * @description Takes the role viewer.
     */
    post: operations['createStreamTicket'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    Problem: {
      type: string;
      title: string;
      status: number;
      /** @description What is wrong, what was expected, what to do. */
      detail: string;
      /** @description Does not change between versions; see docs/errors.md. */
      code: string;
      errors?: {
        message: string;
        code?: string;
        severity?: 'error' | 'warning';
        /** @description body, query, path or headers. */
        in?: string;
        /** @description JSON pointer to what is wrong. */
        pointer?: string;
        line?: number;
        column?: number;
        length?: number;
        expected?: string;
        nearest?: string;
        definition?: string;
      }[];
      id?: string;
    };
  };
  responses: {
    /** @description A problem: nothing was done. */
    Problem: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
  };
  parameters: {
    /** @description The same key with the same request is carried out once; its answer is kept for a day. */
    IdempotencyKey: string;
  };
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  getSession: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            kind: 'user' | 'server_key';
            id: string;
            name: string;
            /** @description viewer reads; marketer changes definitions too; admin everything. */
            role: 'viewer' | 'marketer' | 'admin';
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  signIn: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          email: string;
          password: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            user: {
              id: string;
              email: string;
              name: string;
              /** @description viewer reads; marketer changes definitions too; admin everything. */
              role: 'viewer' | 'marketer' | 'admin';
              disabled: boolean;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              signedInAt?: string;
              /** @description False until the first sign-in link was used. */
              hasPassword: boolean;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  signOut: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is nothing to say. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  lookAtSignInLink: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          token: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description founding: makes the first admin, who gives an e-mail address and a name too. */
            kind: 'founding' | 'user';
            email?: string;
            name?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  useSignInLink: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          token: string;
          password: string;
          /** Format: email */
          email?: string;
          name?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            user: {
              id: string;
              email: string;
              name: string;
              /** @description viewer reads; marketer changes definitions too; admin everything. */
              role: 'viewer' | 'marketer' | 'admin';
              disabled: boolean;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              signedInAt?: string;
              /** @description False until the first sign-in link was used. */
              hasPassword: boolean;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  changePassword: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          current: string;
          password: string;
        };
      };
    };
    responses: {
      /** @description Done; there is nothing to say. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  listUsers: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              id: string;
              email: string;
              name: string;
              /** @description viewer reads; marketer changes definitions too; admin everything. */
              role: 'viewer' | 'marketer' | 'admin';
              disabled: boolean;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              signedInAt?: string;
              /** @description False until the first sign-in link was used. */
              hasPassword: boolean;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  createUser: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** Format: email */
          email: string;
          name: string;
          /** @description viewer reads; marketer changes definitions too; admin everything. */
          role: 'viewer' | 'marketer' | 'admin';
        };
      };
    };
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            user: {
              id: string;
              email: string;
              name: string;
              /** @description viewer reads; marketer changes definitions too; admin everything. */
              role: 'viewer' | 'marketer' | 'admin';
              disabled: boolean;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              signedInAt?: string;
              /** @description False until the first sign-in link was used. */
              hasPassword: boolean;
            };
            /** @description Shown once. The link is /sign-in# and the token, at the address of the service. */
            link: {
              token: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              expiresAt: string;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getUser: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            email: string;
            name: string;
            /** @description viewer reads; marketer changes definitions too; admin everything. */
            role: 'viewer' | 'marketer' | 'admin';
            disabled: boolean;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            signedInAt?: string;
            /** @description False until the first sign-in link was used. */
            hasPassword: boolean;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  removeUser: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is nothing to say. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  changeUser: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** Format: email */
          email?: string;
          name?: string;
          /** @description viewer reads; marketer changes definitions too; admin everything. */
          role?: 'viewer' | 'marketer' | 'admin';
          disabled?: boolean;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            email: string;
            name: string;
            /** @description viewer reads; marketer changes definitions too; admin everything. */
            role: 'viewer' | 'marketer' | 'admin';
            disabled: boolean;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            signedInAt?: string;
            /** @description False until the first sign-in link was used. */
            hasPassword: boolean;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  createSignInLink: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Shown once. The link is /sign-in# and the token, at the address of the service. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            token: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            expiresAt: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  endSessions: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            ended: number;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listSources: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              name: string;
              description: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  createSource: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Such as web or till-3. */
          name: string;
          description?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            name: string;
            description: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  removeSource: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is nothing to say. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  listWriteKeys: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              id: string;
              /** @description The key itself; it is public. */
              text: string;
              source: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              withdrawnAt?: string;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  createWriteKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          source: string;
          /** @description A key that tracking code out there has already, so that only the host must change. */
          text?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            /** @description The key itself; it is public. */
            text: string;
            source: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            withdrawnAt?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  withdrawWriteKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is nothing to say. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  listServerKeys: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              id: string;
              name: string;
              /** @description viewer reads; marketer changes definitions too; admin everything. */
              role: 'viewer' | 'marketer' | 'admin';
              /** @description The first characters. */
              hint: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              rotatedAt?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              usedAt?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              withdrawnAt?: string;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  createServerKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          name: string;
          /** @description viewer reads; marketer changes definitions too; admin everything. */
          role: 'viewer' | 'marketer' | 'admin';
        };
      };
    };
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            key: {
              id: string;
              name: string;
              /** @description viewer reads; marketer changes definitions too; admin everything. */
              role: 'viewer' | 'marketer' | 'admin';
              /** @description The first characters. */
              hint: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              rotatedAt?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              usedAt?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              withdrawnAt?: string;
            };
            /** @description Shown once; only its hash is kept. */
            secret: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  rotateServerKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description How long the secret before stays valid; a day if left out. */
          overlapSeconds?: number;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            key: {
              id: string;
              name: string;
              /** @description viewer reads; marketer changes definitions too; admin everything. */
              role: 'viewer' | 'marketer' | 'admin';
              /** @description The first characters. */
              hint: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              rotatedAt?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              usedAt?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              withdrawnAt?: string;
            };
            /** @description Shown once; only its hash is kept. */
            secret: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  withdrawServerKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is nothing to say. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  listAudit: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
        actor?: string;
        action?: string;
        object?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              id: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
              actor: {
                kind: 'user' | 'server_key' | 'system';
                id: string;
                name: string;
              };
              action: string;
              object: string;
              details: {
                [key: string]: unknown;
              };
              /** @description Over this row and the hash of the row before. */
              hash: string;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  verifyAudit: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json':
            | {
                /** @enum {boolean} */
                intact: true;
                rows: number;
                head: string;
              }
            | {
                /** @enum {boolean} */
                intact: false;
                row: number;
              };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listQuarantine: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
        source?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              id: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
              source: string;
              code: string;
              reason: string;
              /** @description What came, as text; long ones are cut. */
              raw: string;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  countQuarantine: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            counts: {
              [key: string]: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getDefinitions: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description 0 before the first. */
            revision: number;
            definitions: {
              segments?: {
                [key: string]: unknown;
              };
              lifecycles?: {
                [key: string]: unknown;
              };
              rfm?: {
                [key: string]: unknown;
              };
              lists?: {
                [key: string]: unknown;
              };
              channels?: {
                [key: string]: unknown;
              };
            };
            versions: {
              [key: string]: {
                kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
                name: string;
                /** @description One more whenever the meaning changes. */
                version: number;
                revision: number;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                at: string;
                author: string;
                reason: string;
                /** @description Missing where it was removed. */
                definition?: unknown;
              };
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  applyDefinitions: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          definitions: {
            segments?: {
              [key: string]: unknown;
            };
            lifecycles?: {
              [key: string]: unknown;
            };
            rfm?: {
              [key: string]: unknown;
            };
            lists?: {
              [key: string]: unknown;
            };
            channels?: {
              [key: string]: unknown;
            };
          };
          /** @description Why; kept with the version. */
          reason?: string;
          /** @description Refused if another revision is in force by then. */
          expectedRevision?: number;
          /** @description Only says what would change and who would move. */
          dryRun?: boolean;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Now in force; after a dry run, the one compared with. */
            revision: number;
            dryRun: boolean;
            difference: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              change: 'created' | 'changed' | 'removed';
              before?: unknown;
              after?: unknown;
            }[];
            /** @description After a dry run. */
            moves?: {
              kind: 'segments' | 'lifecycles';
              name: string;
              entering: number;
              leaving: number;
              enteringExamples: string[];
              leavingExamples: string[];
            }[];
            warnings: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getDefinitionsFile: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description YAML. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/yaml': string;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getDefinitionsProgress: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            building?: {
              revision: number;
              author: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              startedAt: string;
              /** @description Where the past that they need comes from; kept: the engine has it already. */
              from: 'kept' | 'history' | 'log';
              /** @description Entries of the log that the new definitions have seen. */
              done: number;
              total: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listRevisions: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              revision: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
              author: string;
              reason: string;
              created: number;
              changed: number;
              removed: number;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getRevision: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        revision: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            head: {
              revision: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
              author: string;
              reason: string;
              created: number;
              changed: number;
              removed: number;
            };
            definitions: {
              segments?: {
                [key: string]: unknown;
              };
              lifecycles?: {
                [key: string]: unknown;
              };
              rfm?: {
                [key: string]: unknown;
              };
              lists?: {
                [key: string]: unknown;
              };
              channels?: {
                [key: string]: unknown;
              };
            };
            versions: {
              [key: string]: {
                kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
                name: string;
                /** @description One more whenever the meaning changes. */
                version: number;
                revision: number;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                at: string;
                author: string;
                reason: string;
                /** @description Missing where it was removed. */
                definition?: unknown;
              };
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getRevisionDifference: {
    parameters: {
      query?: {
        from?: number;
      };
      header?: never;
      path: {
        revision: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            difference: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              change: 'created' | 'changed' | 'removed';
              before?: unknown;
              after?: unknown;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  rollBack: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        revision: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Why; kept with the version. */
          reason?: string;
          /** @description Refused if another revision is in force by then. */
          expectedRevision?: number;
          dryRun?: boolean;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Now in force; after a dry run, the one compared with. */
            revision: number;
            dryRun: boolean;
            difference: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              change: 'created' | 'changed' | 'removed';
              before?: unknown;
              after?: unknown;
            }[];
            /** @description After a dry run. */
            moves?: {
              kind: 'segments' | 'lifecycles';
              name: string;
              entering: number;
              leaving: number;
              enteringExamples: string[];
              leavingExamples: string[];
            }[];
            warnings: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listSegments: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              name: string;
              /** @description As in a definitions file. */
              definition: unknown;
              english: string;
              /** @description Members now. */
              size: number;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getSegment: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            name: string;
            /** @description As in a definitions file. */
            definition: unknown;
            english: string;
            /** @description Members now. */
            size: number;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  putSegment: {
    parameters: {
      query?: {
        /** @description Why; kept with the version. */
        reason?: string;
        /** @description Refused if another revision is in force by then. */
        expectedRevision?: number;
        dryRun?: boolean;
      };
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description As text, such as did "Order Completed" last 30d, or as a tree. */
          rule:
            | string
            | boolean
            | {
                [key: string]: unknown;
              };
          description?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Now in force; after a dry run, the one compared with. */
            revision: number;
            dryRun: boolean;
            difference: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              change: 'created' | 'changed' | 'removed';
              before?: unknown;
              after?: unknown;
            }[];
            /** @description After a dry run. */
            moves?: {
              kind: 'segments' | 'lifecycles';
              name: string;
              entering: number;
              leaving: number;
              enteringExamples: string[];
              leavingExamples: string[];
            }[];
            warnings: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  removeSegment: {
    parameters: {
      query?: {
        /** @description Why; kept with the version. */
        reason?: string;
        /** @description Refused if another revision is in force by then. */
        expectedRevision?: number;
        dryRun?: boolean;
      };
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Now in force; after a dry run, the one compared with. */
            revision: number;
            dryRun: boolean;
            difference: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              change: 'created' | 'changed' | 'removed';
              before?: unknown;
              after?: unknown;
            }[];
            /** @description After a dry run. */
            moves?: {
              kind: 'segments' | 'lifecycles';
              name: string;
              entering: number;
              leaving: number;
              enteringExamples: string[];
              leavingExamples: string[];
            }[];
            warnings: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listSegmentVersions: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              /** @description One more whenever the meaning changes. */
              version: number;
              revision: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
              author: string;
              reason: string;
              /** @description Missing where it was removed. */
              definition?: unknown;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listLifecycles: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              name: string;
              /** @description As in a definitions file. */
              definition: unknown;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getLifecycle: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            name: string;
            /** @description As in a definitions file. */
            definition: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  putLifecycle: {
    parameters: {
      query?: {
        /** @description Why; kept with the version. */
        reason?: string;
        /** @description Refused if another revision is in force by then. */
        expectedRevision?: number;
        dryRun?: boolean;
      };
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description NAME: RULE each; the last is a name alone and holds for all others. */
          stages: (
            | string
            | {
                [key: string]: unknown;
              }
          )[];
          description?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Now in force; after a dry run, the one compared with. */
            revision: number;
            dryRun: boolean;
            difference: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              change: 'created' | 'changed' | 'removed';
              before?: unknown;
              after?: unknown;
            }[];
            /** @description After a dry run. */
            moves?: {
              kind: 'segments' | 'lifecycles';
              name: string;
              entering: number;
              leaving: number;
              enteringExamples: string[];
              leavingExamples: string[];
            }[];
            warnings: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  removeLifecycle: {
    parameters: {
      query?: {
        /** @description Why; kept with the version. */
        reason?: string;
        /** @description Refused if another revision is in force by then. */
        expectedRevision?: number;
        dryRun?: boolean;
      };
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Now in force; after a dry run, the one compared with. */
            revision: number;
            dryRun: boolean;
            difference: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              change: 'created' | 'changed' | 'removed';
              before?: unknown;
              after?: unknown;
            }[];
            /** @description After a dry run. */
            moves?: {
              kind: 'segments' | 'lifecycles';
              name: string;
              entering: number;
              leaving: number;
              enteringExamples: string[];
              leavingExamples: string[];
            }[];
            warnings: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listLifecycleVersions: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              /** @description One more whenever the meaning changes. */
              version: number;
              revision: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
              author: string;
              reason: string;
              /** @description Missing where it was removed. */
              definition?: unknown;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listRfms: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              name: string;
              /** @description As in a definitions file. */
              definition: unknown;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getRfm: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            name: string;
            /** @description As in a definitions file. */
            definition: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  putRfm: {
    parameters: {
      query?: {
        /** @description Why; kept with the version. */
        reason?: string;
        /** @description Refused if another revision is in force by then. */
        expectedRevision?: number;
        dryRun?: boolean;
      };
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description As text, such as did "Order Completed" last 30d, or as a tree. */
          purchase:
            | string
            | boolean
            | {
                [key: string]: unknown;
              };
          value: string;
          window?: unknown;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Now in force; after a dry run, the one compared with. */
            revision: number;
            dryRun: boolean;
            difference: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              change: 'created' | 'changed' | 'removed';
              before?: unknown;
              after?: unknown;
            }[];
            /** @description After a dry run. */
            moves?: {
              kind: 'segments' | 'lifecycles';
              name: string;
              entering: number;
              leaving: number;
              enteringExamples: string[];
              leavingExamples: string[];
            }[];
            warnings: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  removeRfm: {
    parameters: {
      query?: {
        /** @description Why; kept with the version. */
        reason?: string;
        /** @description Refused if another revision is in force by then. */
        expectedRevision?: number;
        dryRun?: boolean;
      };
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Now in force; after a dry run, the one compared with. */
            revision: number;
            dryRun: boolean;
            difference: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              change: 'created' | 'changed' | 'removed';
              before?: unknown;
              after?: unknown;
            }[];
            /** @description After a dry run. */
            moves?: {
              kind: 'segments' | 'lifecycles';
              name: string;
              entering: number;
              leaving: number;
              enteringExamples: string[];
              leavingExamples: string[];
            }[];
            warnings: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listRfmVersions: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              /** @description One more whenever the meaning changes. */
              version: number;
              revision: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
              author: string;
              reason: string;
              /** @description Missing where it was removed. */
              definition?: unknown;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listLists: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              name: string;
              size: number;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listListVersions: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              /** @description One more whenever the meaning changes. */
              version: number;
              revision: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
              author: string;
              reason: string;
              /** @description Missing where it was removed. */
              definition?: unknown;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getList: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            name: string;
            size: number;
            members: string[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  putList: {
    parameters: {
      query?: {
        /** @description Why; kept with the version. */
        reason?: string;
        /** @description Refused if another revision is in force by then. */
        expectedRevision?: number;
        dryRun?: boolean;
      };
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          members: string[];
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Now in force; after a dry run, the one compared with. */
            revision: number;
            dryRun: boolean;
            difference: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              change: 'created' | 'changed' | 'removed';
              before?: unknown;
              after?: unknown;
            }[];
            /** @description After a dry run. */
            moves?: {
              kind: 'segments' | 'lifecycles';
              name: string;
              entering: number;
              leaving: number;
              enteringExamples: string[];
              leavingExamples: string[];
            }[];
            warnings: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  removeList: {
    parameters: {
      query?: {
        /** @description Why; kept with the version. */
        reason?: string;
        /** @description Refused if another revision is in force by then. */
        expectedRevision?: number;
        dryRun?: boolean;
      };
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Now in force; after a dry run, the one compared with. */
            revision: number;
            dryRun: boolean;
            difference: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              change: 'created' | 'changed' | 'removed';
              before?: unknown;
              after?: unknown;
            }[];
            /** @description After a dry run. */
            moves?: {
              kind: 'segments' | 'lifecycles';
              name: string;
              entering: number;
              leaving: number;
              enteringExamples: string[];
              leavingExamples: string[];
            }[];
            warnings: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listChannels: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              name: string;
              /** @description As in a definitions file. */
              definition: unknown;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getChannel: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            name: string;
            /** @description As in a definitions file. */
            definition: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  putChannel: {
    parameters: {
      query?: {
        /** @description Why; kept with the version. */
        reason?: string;
        /** @description Refused if another revision is in force by then. */
        expectedRevision?: number;
        dryRun?: boolean;
      };
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          mode: 'opt_in' | 'opt_out';
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Now in force; after a dry run, the one compared with. */
            revision: number;
            dryRun: boolean;
            difference: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              change: 'created' | 'changed' | 'removed';
              before?: unknown;
              after?: unknown;
            }[];
            /** @description After a dry run. */
            moves?: {
              kind: 'segments' | 'lifecycles';
              name: string;
              entering: number;
              leaving: number;
              enteringExamples: string[];
              leavingExamples: string[];
            }[];
            warnings: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  removeChannel: {
    parameters: {
      query?: {
        /** @description Why; kept with the version. */
        reason?: string;
        /** @description Refused if another revision is in force by then. */
        expectedRevision?: number;
        dryRun?: boolean;
      };
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Now in force; after a dry run, the one compared with. */
            revision: number;
            dryRun: boolean;
            difference: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              change: 'created' | 'changed' | 'removed';
              before?: unknown;
              after?: unknown;
            }[];
            /** @description After a dry run. */
            moves?: {
              kind: 'segments' | 'lifecycles';
              name: string;
              entering: number;
              leaving: number;
              enteringExamples: string[];
              leavingExamples: string[];
            }[];
            warnings: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listChannelVersions: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              kind: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'channels';
              name: string;
              /** @description One more whenever the meaning changes. */
              version: number;
              revision: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
              author: string;
              reason: string;
              /** @description Missing where it was removed. */
              definition?: unknown;
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  replaceListMembers: {
    parameters: {
      query?: {
        /** @description Why; kept with the version. */
        reason?: string;
      };
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Identifiers of any kind, as people write them: an e-mail in any case, a user id. */
          members: string[];
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            name: string;
            /** @description Who were not on it before. */
            added: number;
            removed: number;
            /** @description Members now. */
            size: number;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  addListMembers: {
    parameters: {
      query?: {
        /** @description Why; kept with the version. */
        reason?: string;
      };
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Identifiers of any kind, as people write them: an e-mail in any case, a user id. */
          members: string[];
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            name: string;
            /** @description Who were not on it before. */
            added: number;
            removed: number;
            /** @description Members now. */
            size: number;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  removeListMembers: {
    parameters: {
      query?: {
        /** @description Why; kept with the version. */
        reason?: string;
      };
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Identifiers of any kind, as people write them: an e-mail in any case, a user id. */
          members: string[];
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            name: string;
            /** @description Who were not on it before. */
            added: number;
            removed: number;
            /** @description Members now. */
            size: number;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  checkRule: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          rule:
            | string
            | {
                [key: string]: unknown;
              };
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description No diagnostic is an error. */
            ok: boolean;
            diagnostics: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
            /** @description The rule, canonically. */
            text?: string;
            english?: string;
            /** @description docs/reference/rule.schema.json */
            tree?: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listErasures: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              /** @description Position in the log of the entry that erased them. */
              id: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
              /** @description A hash of the identifier that was given, with a key of this workspace. */
              subject?: string;
              /** @description pending: still in entries of the log. */
              state: 'pending' | 'done';
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              doneAt?: string;
              removed: {
                /** @description Entries of the log that are gone. */
                entries: number;
                /** @description Entries of others from which an identifier was taken. */
                mentions: number;
                /** @description Changes whose names are gone. */
                changes: number;
                /** @description Deliveries to webhooks that were dropped. */
                deliveries: number;
                /** @description Refused messages that are gone. */
                quarantined: number;
              };
            }[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  eraseCustomer: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          identifier: {
            /** @description `user_id`, `email`, … */
            kind: string;
            value: string;
          };
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            erasure: {
              /** @description Position in the log of the entry that erased them. */
              id: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
              /** @description A hash of the identifier that was given, with a key of this workspace. */
              subject?: string;
              /** @description pending: still in entries of the log. */
              state: 'pending' | 'done';
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              doneAt?: string;
              removed: {
                /** @description Entries of the log that are gone. */
                entries: number;
                /** @description Entries of others from which an identifier was taken. */
                mentions: number;
                /** @description Changes whose names are gone. */
                changes: number;
                /** @description Deliveries to webhooks that were dropped. */
                deliveries: number;
                /** @description Refused messages that are gone. */
                quarantined: number;
              };
            };
            /** @description Whether anybody was known by the identifier. Messages of before are refused either way. */
            known: boolean;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getErasure: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Position in the log of the entry that erased them. */
            id: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at: string;
            /** @description A hash of the identifier that was given, with a key of this workspace. */
            subject?: string;
            /** @description pending: still in entries of the log. */
            state: 'pending' | 'done';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            doneAt?: string;
            removed: {
              /** @description Entries of the log that are gone. */
              entries: number;
              /** @description Entries of others from which an identifier was taken. */
              mentions: number;
              /** @description Changes whose names are gone. */
              changes: number;
              /** @description Deliveries to webhooks that were dropped. */
              deliveries: number;
              /** @description Refused messages that are gone. */
              quarantined: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getOpenApi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listWebhooks: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              id: string;
              url: string;
              description: string;
              /** @description cloudevent; or as Segment tells destinations: identify with a trait, or track “Audience Entered” and “Audience Exited”. */
              form: 'cloudevent' | 'segment-identify' | 'segment-track';
              /** @description What is sent; a field left out does not restrict. */
              filter: {
                /** @description Changes of these segments only. */
                segments?: string[];
                /** @description Changes of stage in these lifecycles only. */
                lifecycles?: string[];
                changes?: ('entered' | 'exited' | 'stage_changed')[];
              };
              /** @description Whether anything is sent. */
              state: 'active' | 'disabled';
              /** @description by_hand; gone: the receiver answered 410; failing: nothing got through for a day. */
              disabledReason?: 'by_hand' | 'gone' | 'failing';
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              disabledAt?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              /** @description The secrets that sign, newest first, without themselves. */
              secrets: {
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                validUntil?: string;
              }[];
              deliveries?: {
                /** @description Number of the next change to be looked at. */
                position: number;
                /** @description Changes between there and now. */
                behind: number;
                /** @description Deliveries that wait for their next attempt, or are under way. */
                waiting: number;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                pausedUntil?: string;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                deliveredAt?: string;
              };
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  createWebhook: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description https, or http. */
          url: string;
          description?: string;
          /** @description cloudevent; or as Segment tells destinations: identify with a trait, or track “Audience Entered” and “Audience Exited”. */
          form?: 'cloudevent' | 'segment-identify' | 'segment-track';
          /** @description What is sent; a field left out does not restrict. */
          filter?: {
            /** @description Changes of these segments only. */
            segments?: string[];
            /** @description Changes of stage in these lifecycles only. */
            lifecycles?: string[];
            changes?: ('entered' | 'exited' | 'stage_changed')[];
          };
        };
      };
    };
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            webhook: {
              id: string;
              url: string;
              description: string;
              /** @description cloudevent; or as Segment tells destinations: identify with a trait, or track “Audience Entered” and “Audience Exited”. */
              form: 'cloudevent' | 'segment-identify' | 'segment-track';
              /** @description What is sent; a field left out does not restrict. */
              filter: {
                /** @description Changes of these segments only. */
                segments?: string[];
                /** @description Changes of stage in these lifecycles only. */
                lifecycles?: string[];
                changes?: ('entered' | 'exited' | 'stage_changed')[];
              };
              /** @description Whether anything is sent. */
              state: 'active' | 'disabled';
              /** @description by_hand; gone: the receiver answered 410; failing: nothing got through for a day. */
              disabledReason?: 'by_hand' | 'gone' | 'failing';
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              disabledAt?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              /** @description The secrets that sign, newest first, without themselves. */
              secrets: {
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                validUntil?: string;
              }[];
              deliveries?: {
                /** @description Number of the next change to be looked at. */
                position: number;
                /** @description Changes between there and now. */
                behind: number;
                /** @description Deliveries that wait for their next attempt, or are under way. */
                waiting: number;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                pausedUntil?: string;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                deliveredAt?: string;
              };
            };
            /** @description Signs what is sent; shown once. */
            secret: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            url: string;
            description: string;
            /** @description cloudevent; or as Segment tells destinations: identify with a trait, or track “Audience Entered” and “Audience Exited”. */
            form: 'cloudevent' | 'segment-identify' | 'segment-track';
            /** @description What is sent; a field left out does not restrict. */
            filter: {
              /** @description Changes of these segments only. */
              segments?: string[];
              /** @description Changes of stage in these lifecycles only. */
              lifecycles?: string[];
              changes?: ('entered' | 'exited' | 'stage_changed')[];
            };
            /** @description Whether anything is sent. */
            state: 'active' | 'disabled';
            /** @description by_hand; gone: the receiver answered 410; failing: nothing got through for a day. */
            disabledReason?: 'by_hand' | 'gone' | 'failing';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            disabledAt?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            /** @description The secrets that sign, newest first, without themselves. */
            secrets: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              validUntil?: string;
            }[];
            deliveries?: {
              /** @description Number of the next change to be looked at. */
              position: number;
              /** @description Changes between there and now. */
              behind: number;
              /** @description Deliveries that wait for their next attempt, or are under way. */
              waiting: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              pausedUntil?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              deliveredAt?: string;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  removeWebhook: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is nothing to say. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  changeWebhook: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description https, or http. */
          url?: string;
          description?: string;
          /** @description cloudevent; or as Segment tells destinations: identify with a trait, or track “Audience Entered” and “Audience Exited”. */
          form?: 'cloudevent' | 'segment-identify' | 'segment-track';
          /** @description What is sent; a field left out does not restrict. */
          filter?: {
            /** @description Changes of these segments only. */
            segments?: string[];
            /** @description Changes of stage in these lifecycles only. */
            lifecycles?: string[];
            changes?: ('entered' | 'exited' | 'stage_changed')[];
          };
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            url: string;
            description: string;
            /** @description cloudevent; or as Segment tells destinations: identify with a trait, or track “Audience Entered” and “Audience Exited”. */
            form: 'cloudevent' | 'segment-identify' | 'segment-track';
            /** @description What is sent; a field left out does not restrict. */
            filter: {
              /** @description Changes of these segments only. */
              segments?: string[];
              /** @description Changes of stage in these lifecycles only. */
              lifecycles?: string[];
              changes?: ('entered' | 'exited' | 'stage_changed')[];
            };
            /** @description Whether anything is sent. */
            state: 'active' | 'disabled';
            /** @description by_hand; gone: the receiver answered 410; failing: nothing got through for a day. */
            disabledReason?: 'by_hand' | 'gone' | 'failing';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            disabledAt?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            /** @description The secrets that sign, newest first, without themselves. */
            secrets: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              validUntil?: string;
            }[];
            deliveries?: {
              /** @description Number of the next change to be looked at. */
              position: number;
              /** @description Changes between there and now. */
              behind: number;
              /** @description Deliveries that wait for their next attempt, or are under way. */
              waiting: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              pausedUntil?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              deliveredAt?: string;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listWebhookDeliveries: {
    parameters: {
      query?: {
        limit?: number;
        /** @description The `next` of the part before; left out for the first. */
        cursor?: string;
        /** @description Only of this change. */
        seq?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: (
              | {
                  id?: number;
                  /** @enum {string} */
                  kind: 'attempt';
                  /**
                   * Format: date-time
                   * @description UTC, to the millisecond.
                   */
                  at: string;
                  /** @description Why it was sent. */
                  reason: 'change' | 'replay' | 'test';
                  /** @description The header webhook-id. */
                  webhookId: string;
                  type: string;
                  /** @description Number of the change. */
                  seq?: number;
                  /** @description From 1. */
                  attempt: number;
                  /** @description What became of it. */
                  outcome: 'delivered' | 'retrying' | 'given_up' | 'gone';
                  durationMs: number;
                  status?: number;
                  /** @description The beginning of the answer. */
                  answer?: string;
                  /** @description Why there was no answer. */
                  failure?: string;
                  message?: string;
                  /**
                   * Format: date-time
                   * @description UTC, to the millisecond.
                   */
                  nextAt?: string;
                }
              | {
                  id?: number;
                  /** @enum {string} */
                  kind: 'missed';
                  /**
                   * Format: date-time
                   * @description UTC, to the millisecond.
                   */
                  at: string;
                  from: number;
                  /** @description Changes with from ≤ number < to were not kept long enough. */
                  to: number;
                }
            )[];
            next?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  rotateWebhookSecret: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description How long the secret before goes on signing; a day if left out. */
          overlapSeconds?: number;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            webhook: {
              id: string;
              url: string;
              description: string;
              /** @description cloudevent; or as Segment tells destinations: identify with a trait, or track “Audience Entered” and “Audience Exited”. */
              form: 'cloudevent' | 'segment-identify' | 'segment-track';
              /** @description What is sent; a field left out does not restrict. */
              filter: {
                /** @description Changes of these segments only. */
                segments?: string[];
                /** @description Changes of stage in these lifecycles only. */
                lifecycles?: string[];
                changes?: ('entered' | 'exited' | 'stage_changed')[];
              };
              /** @description Whether anything is sent. */
              state: 'active' | 'disabled';
              /** @description by_hand; gone: the receiver answered 410; failing: nothing got through for a day. */
              disabledReason?: 'by_hand' | 'gone' | 'failing';
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              disabledAt?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              /** @description The secrets that sign, newest first, without themselves. */
              secrets: {
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                validUntil?: string;
              }[];
              deliveries?: {
                /** @description Number of the next change to be looked at. */
                position: number;
                /** @description Changes between there and now. */
                behind: number;
                /** @description Deliveries that wait for their next attempt, or are under way. */
                waiting: number;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                pausedUntil?: string;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                deliveredAt?: string;
              };
            };
            /** @description Signs what is sent; shown once. */
            secret: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  disableWebhook: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            url: string;
            description: string;
            /** @description cloudevent; or as Segment tells destinations: identify with a trait, or track “Audience Entered” and “Audience Exited”. */
            form: 'cloudevent' | 'segment-identify' | 'segment-track';
            /** @description What is sent; a field left out does not restrict. */
            filter: {
              /** @description Changes of these segments only. */
              segments?: string[];
              /** @description Changes of stage in these lifecycles only. */
              lifecycles?: string[];
              changes?: ('entered' | 'exited' | 'stage_changed')[];
            };
            /** @description Whether anything is sent. */
            state: 'active' | 'disabled';
            /** @description by_hand; gone: the receiver answered 410; failing: nothing got through for a day. */
            disabledReason?: 'by_hand' | 'gone' | 'failing';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            disabledAt?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            /** @description The secrets that sign, newest first, without themselves. */
            secrets: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              validUntil?: string;
            }[];
            deliveries?: {
              /** @description Number of the next change to be looked at. */
              position: number;
              /** @description Changes between there and now. */
              behind: number;
              /** @description Deliveries that wait for their next attempt, or are under way. */
              waiting: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              pausedUntil?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              deliveredAt?: string;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  enableWebhook: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            url: string;
            description: string;
            /** @description cloudevent; or as Segment tells destinations: identify with a trait, or track “Audience Entered” and “Audience Exited”. */
            form: 'cloudevent' | 'segment-identify' | 'segment-track';
            /** @description What is sent; a field left out does not restrict. */
            filter: {
              /** @description Changes of these segments only. */
              segments?: string[];
              /** @description Changes of stage in these lifecycles only. */
              lifecycles?: string[];
              changes?: ('entered' | 'exited' | 'stage_changed')[];
            };
            /** @description Whether anything is sent. */
            state: 'active' | 'disabled';
            /** @description by_hand; gone: the receiver answered 410; failing: nothing got through for a day. */
            disabledReason?: 'by_hand' | 'gone' | 'failing';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            disabledAt?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            /** @description The secrets that sign, newest first, without themselves. */
            secrets: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              validUntil?: string;
            }[];
            deliveries?: {
              /** @description Number of the next change to be looked at. */
              position: number;
              /** @description Changes between there and now. */
              behind: number;
              /** @description Deliveries that wait for their next attempt, or are under way. */
              waiting: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              pausedUntil?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              deliveredAt?: string;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  skipWebhook: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            url: string;
            description: string;
            /** @description cloudevent; or as Segment tells destinations: identify with a trait, or track “Audience Entered” and “Audience Exited”. */
            form: 'cloudevent' | 'segment-identify' | 'segment-track';
            /** @description What is sent; a field left out does not restrict. */
            filter: {
              /** @description Changes of these segments only. */
              segments?: string[];
              /** @description Changes of stage in these lifecycles only. */
              lifecycles?: string[];
              changes?: ('entered' | 'exited' | 'stage_changed')[];
            };
            /** @description Whether anything is sent. */
            state: 'active' | 'disabled';
            /** @description by_hand; gone: the receiver answered 410; failing: nothing got through for a day. */
            disabledReason?: 'by_hand' | 'gone' | 'failing';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            disabledAt?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            /** @description The secrets that sign, newest first, without themselves. */
            secrets: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              validUntil?: string;
            }[];
            deliveries?: {
              /** @description Number of the next change to be looked at. */
              position: number;
              /** @description Changes between there and now. */
              behind: number;
              /** @description Deliveries that wait for their next attempt, or are under way. */
              waiting: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              pausedUntil?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              deliveredAt?: string;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  replayWebhook: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Number of the one change. */
          seq?: number;
          /** @description Number of the first of all. */
          from?: number;
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            url: string;
            description: string;
            /** @description cloudevent; or as Segment tells destinations: identify with a trait, or track “Audience Entered” and “Audience Exited”. */
            form: 'cloudevent' | 'segment-identify' | 'segment-track';
            /** @description What is sent; a field left out does not restrict. */
            filter: {
              /** @description Changes of these segments only. */
              segments?: string[];
              /** @description Changes of stage in these lifecycles only. */
              lifecycles?: string[];
              changes?: ('entered' | 'exited' | 'stage_changed')[];
            };
            /** @description Whether anything is sent. */
            state: 'active' | 'disabled';
            /** @description by_hand; gone: the receiver answered 410; failing: nothing got through for a day. */
            disabledReason?: 'by_hand' | 'gone' | 'failing';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            disabledAt?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            /** @description The secrets that sign, newest first, without themselves. */
            secrets: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              validUntil?: string;
            }[];
            deliveries?: {
              /** @description Number of the next change to be looked at. */
              position: number;
              /** @description Changes between there and now. */
              behind: number;
              /** @description Deliveries that wait for their next attempt, or are under way. */
              waiting: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              pausedUntil?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              deliveredAt?: string;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  testWebhook: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json':
            | {
                id?: number;
                /** @enum {string} */
                kind: 'attempt';
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                at: string;
                /** @description Why it was sent. */
                reason: 'change' | 'replay' | 'test';
                /** @description The header webhook-id. */
                webhookId: string;
                type: string;
                /** @description Number of the change. */
                seq?: number;
                /** @description From 1. */
                attempt: number;
                /** @description What became of it. */
                outcome: 'delivered' | 'retrying' | 'given_up' | 'gone';
                durationMs: number;
                status?: number;
                /** @description The beginning of the answer. */
                answer?: string;
                /** @description Why there was no answer. */
                failure?: string;
                message?: string;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                nextAt?: string;
              }
            | {
                id?: number;
                /** @enum {string} */
                kind: 'missed';
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                at: string;
                from: number;
                /** @description Changes with from ≤ number < to were not kept long enough. */
                to: number;
              };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listBacktests: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              id: string;
              kind: 'backtest' | 'threshold' | 'lifecycle';
              title: string;
              state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              createdBy: string;
              /** @description Entries of the log that it is about: all that there were. */
              entries: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              startedAt?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              endedAt?: string;
              error?: {
                code: string;
                message: string;
              };
              /** @description Of one that runs. `at` is where the clock of the run stands. */
              progress?: {
                phase: 'reading' | 'running' | 'explaining';
                /** @description Steps told so far; while the log is read, its entries. */
                done: number;
                total?: number;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                at?: string;
                perSecond?: number;
                secondsLeft?: number;
              };
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  createBacktest: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          title?: string;
          /** @description A rule, as text. */
          rule?: string;
          definitions?: {
            segments?: {
              [key: string]: unknown;
            };
            lifecycles?: {
              [key: string]: unknown;
            };
            rfm?: {
              [key: string]: unknown;
            };
            lists?: {
              [key: string]: unknown;
            };
            channels?: {
              [key: string]: unknown;
            };
          };
          /** @description Of the definitions given, or in force; with a rule, the segment in force that the rule would change. */
          segment?: string;
          lifecycle?: string;
          /** @description In force, to compare with; that of the same name where it is left out. */
          against?: string;
          /** @description A date, at whose midnight in the time zone of the workspace it begins, or an instant. */
          from: string;
          /** @description A date, at whose midnight in the time zone of the workspace it begins, or an instant. */
          to?: string;
          /** @description What people do afterwards; Order Completed with its revenue where it is left out. */
          outcomes?: {
            /** @description The name of an event, or a pattern. */
            event: string;
            /** @description A property that is summed up. */
            value?: string;
          }[];
          /** @description Such as 30d. */
          within?: string;
          samples?: number;
          /** @description Each message when it happened (the default), or when it arrived. */
          order?: 'event_time' | 'arrival';
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            kind: 'backtest' | 'threshold' | 'lifecycle';
            title: string;
            state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            createdBy: string;
            /** @description Entries of the log that it is about: all that there were. */
            entries: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            startedAt?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            endedAt?: string;
            error?: {
              code: string;
              message: string;
            };
            /** @description Of one that runs. `at` is where the clock of the run stands. */
            progress?: {
              phase: 'reading' | 'running' | 'explaining';
              /** @description Steps told so far; while the log is read, its entries. */
              done: number;
              total?: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              perSecond?: number;
              secondsLeft?: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getBacktest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            job: {
              id: string;
              kind: 'backtest' | 'threshold' | 'lifecycle';
              title: string;
              state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              createdBy: string;
              /** @description Entries of the log that it is about: all that there were. */
              entries: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              startedAt?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              endedAt?: string;
              error?: {
                code: string;
                message: string;
              };
              /** @description Of one that runs. `at` is where the clock of the run stands. */
              progress?: {
                phase: 'reading' | 'running' | 'explaining';
                /** @description Steps told so far; while the log is read, its entries. */
                done: number;
                total?: number;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                at?: string;
                perSecond?: number;
                secondsLeft?: number;
              };
            };
            result?: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              from: string;
              /** @description The end of the period, or of what is known. */
              to: string;
              /** @description People were followed up to here. */
              until: string;
              withinMs: number;
              customers: number;
              parts: {
                /** @description Of a lifecycle. */
                stage?: string;
                draft?: {
                  title: string;
                  /** @description Members when the period ended. */
                  size: number;
                  entered: number;
                  exited: number;
                  customersEntered: number;
                  enteredBy: {
                    [key: string]: number;
                  };
                  exitedBy: {
                    [key: string]: number;
                  };
                  days: {
                    /** @description In the time zone of the workspace. */
                    day: string;
                    entered: number;
                    exited: number;
                    /** @description Members when the day ended. */
                    size: number;
                  }[];
                  afterwards: {
                    /** @description Customers whose first entry could be followed to the end. */
                    followed: number;
                    notFollowed: number;
                    measures: {
                      measure: string;
                      entered: {
                        customers: number;
                        /** @description With its 95 % interval. */
                        rate?: {
                          value: number;
                          low: number;
                          high: number;
                        };
                        /** @description With its 95 % interval. */
                        mean?: {
                          value: number;
                          low: number;
                          high: number;
                        };
                      };
                      /** @description Who existed at the same instants and was not in the segment: the mean over all entries. */
                      others: {
                        customers: number;
                        /** @description With its 95 % interval. */
                        rate?: {
                          value: number;
                          low: number;
                          high: number;
                        };
                        /** @description With its 95 % interval. */
                        mean?: {
                          value: number;
                          low: number;
                          high: number;
                        };
                      };
                      /** @description With its 95 % interval. */
                      rateDifference?: {
                        value: number;
                        low: number;
                        high: number;
                      };
                      /** @description With its 95 % interval. */
                      meanDifference?: {
                        value: number;
                        low: number;
                        high: number;
                      };
                    }[];
                  };
                  sample: {
                    customer: string;
                    /**
                     * Format: date-time
                     * @description UTC, to the millisecond.
                     */
                    at: string;
                    cause: string;
                    messageId?: string;
                    why?: string[];
                    /** @description The same as data; left out where it would be too long. */
                    explanation?: unknown;
                  }[];
                };
                against?: {
                  title: string;
                  /** @description Members when the period ended. */
                  size: number;
                  entered: number;
                  exited: number;
                  customersEntered: number;
                  enteredBy: {
                    [key: string]: number;
                  };
                  exitedBy: {
                    [key: string]: number;
                  };
                  days: {
                    /** @description In the time zone of the workspace. */
                    day: string;
                    entered: number;
                    exited: number;
                    /** @description Members when the day ended. */
                    size: number;
                  }[];
                  afterwards: {
                    /** @description Customers whose first entry could be followed to the end. */
                    followed: number;
                    notFollowed: number;
                    measures: {
                      measure: string;
                      entered: {
                        customers: number;
                        /** @description With its 95 % interval. */
                        rate?: {
                          value: number;
                          low: number;
                          high: number;
                        };
                        /** @description With its 95 % interval. */
                        mean?: {
                          value: number;
                          low: number;
                          high: number;
                        };
                      };
                      /** @description Who existed at the same instants and was not in the segment: the mean over all entries. */
                      others: {
                        customers: number;
                        /** @description With its 95 % interval. */
                        rate?: {
                          value: number;
                          low: number;
                          high: number;
                        };
                        /** @description With its 95 % interval. */
                        mean?: {
                          value: number;
                          low: number;
                          high: number;
                        };
                      };
                      /** @description With its 95 % interval. */
                      rateDifference?: {
                        value: number;
                        low: number;
                        high: number;
                      };
                      /** @description With its 95 % interval. */
                      meanDifference?: {
                        value: number;
                        low: number;
                        high: number;
                      };
                    }[];
                  };
                  sample: {
                    customer: string;
                    /**
                     * Format: date-time
                     * @description UTC, to the millisecond.
                     */
                    at: string;
                    cause: string;
                    messageId?: string;
                    why?: string[];
                    /** @description The same as data; left out where it would be too long. */
                    explanation?: unknown;
                  }[];
                };
                sideBySide?: {
                  members: {
                    both: number;
                    onlyDraft: number;
                    onlyAgainst: number;
                    onlyDraftSample: string[];
                    onlyAgainstSample: string[];
                  };
                  entered: {
                    both: number;
                    onlyDraft: number;
                    onlyAgainst: number;
                  };
                  onlyDraft: {
                    measure: string;
                    customers: number;
                    /** @description With its 95 % interval. */
                    rate?: {
                      value: number;
                      low: number;
                      high: number;
                    };
                    /** @description With its 95 % interval. */
                    mean?: {
                      value: number;
                      low: number;
                      high: number;
                    };
                  }[];
                  onlyAgainst: {
                    measure: string;
                    customers: number;
                    /** @description With its 95 % interval. */
                    rate?: {
                      value: number;
                      low: number;
                      high: number;
                    };
                    /** @description With its 95 % interval. */
                    mean?: {
                      value: number;
                      low: number;
                      high: number;
                    };
                  }[];
                };
              }[];
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  removeBacktest: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is nothing to say. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  streamJobs: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  cancelBacktest: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            kind: 'backtest' | 'threshold' | 'lifecycle';
            title: string;
            state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            createdBy: string;
            /** @description Entries of the log that it is about: all that there were. */
            entries: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            startedAt?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            endedAt?: string;
            error?: {
              code: string;
              message: string;
            };
            /** @description Of one that runs. `at` is where the clock of the run stands. */
            progress?: {
              phase: 'reading' | 'running' | 'explaining';
              /** @description Steps told so far; while the log is read, its entries. */
              done: number;
              total?: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              perSecond?: number;
              secondsLeft?: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  resumeBacktest: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            kind: 'backtest' | 'threshold' | 'lifecycle';
            title: string;
            state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            createdBy: string;
            /** @description Entries of the log that it is about: all that there were. */
            entries: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            startedAt?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            endedAt?: string;
            error?: {
              code: string;
              message: string;
            };
            /** @description Of one that runs. `at` is where the clock of the run stands. */
            progress?: {
              phase: 'reading' | 'running' | 'explaining';
              /** @description Steps told so far; while the log is read, its entries. */
              done: number;
              total?: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              perSecond?: number;
              secondsLeft?: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listRuleNumbers: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description A rule, as text. */
          rule?: string;
          segment?: string;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            numbers: {
              /** @description From 1, as a suggestion is asked for. */
              number: number;
              text: string;
              /** @description The condition that it stands in. */
              condition: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  suggestThreshold: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description A rule, as text. */
          rule?: string;
          segment?: string;
          /** @description Which of the rule; the first where it is left out. */
          number?: number;
          /** @description A date, at whose midnight in the time zone of the workspace it begins, or an instant. */
          from: string;
          /** @description A date, at whose midnight in the time zone of the workspace it begins, or an instant. */
          to?: string;
          /** @description Such as 30d. */
          within?: string;
          /** @description Order Completed where it is left out. */
          outcome?: string;
          /** @description Members are right where they do the outcome, or (the default) where they do not. */
          expects?: 'does' | 'does_not';
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            kind: 'backtest' | 'threshold' | 'lifecycle';
            title: string;
            state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            createdBy: string;
            /** @description Entries of the log that it is about: all that there were. */
            entries: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            startedAt?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            endedAt?: string;
            error?: {
              code: string;
              message: string;
            };
            /** @description Of one that runs. `at` is where the clock of the run stands. */
            progress?: {
              phase: 'reading' | 'running' | 'explaining';
              /** @description Steps told so far; while the log is read, its entries. */
              done: number;
              total?: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              perSecond?: number;
              secondsLeft?: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  suggestLifecycle: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Order Completed where it is left out. */
          purchase?: string;
          name?: string;
          /** @description Such as 30d. */
          returnWithin?: string;
          lostBelowPercent?: number;
        };
      };
    };
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            kind: 'backtest' | 'threshold' | 'lifecycle';
            title: string;
            state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            createdBy: string;
            /** @description Entries of the log that it is about: all that there were. */
            entries: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            startedAt?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            endedAt?: string;
            error?: {
              code: string;
              message: string;
            };
            /** @description Of one that runs. `at` is where the clock of the run stands. */
            progress?: {
              phase: 'reading' | 'running' | 'explaining';
              /** @description Steps told so far; while the log is read, its entries. */
              done: number;
              total?: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              perSecond?: number;
              secondsLeft?: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getSuggestion: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            job: {
              id: string;
              kind: 'backtest' | 'threshold' | 'lifecycle';
              title: string;
              state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              createdBy: string;
              /** @description Entries of the log that it is about: all that there were. */
              entries: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              startedAt?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              endedAt?: string;
              error?: {
                code: string;
                message: string;
              };
              /** @description Of one that runs. `at` is where the clock of the run stands. */
              progress?: {
                phase: 'reading' | 'running' | 'explaining';
                /** @description Steps told so far; while the log is read, its entries. */
                done: number;
                total?: number;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                at?: string;
                perSecond?: number;
                secondsLeft?: number;
              };
            };
            result?:
              | {
                  segment: string;
                  condition: string;
                  number: string;
                  outcome: string;
                  expects: string;
                  withinMs: number;
                  looks: string[];
                  customers: number;
                  expected: number;
                  versions: {
                    number: string;
                    rule: string;
                    current: boolean;
                    /** @description Members per instant looked at. */
                    size: number;
                    share: number;
                    /** @description Of the members, the share whose outcome was as expected. */
                    precision?: number;
                    /** @description Of those with the expected outcome, the share that were members. */
                    recall?: number;
                  }[];
                  knee?: {
                    number: string;
                    rule: string;
                    current: boolean;
                    /** @description Members per instant looked at. */
                    size: number;
                    share: number;
                    /** @description Of the members, the share whose outcome was as expected. */
                    precision?: number;
                    /** @description Of those with the expected outcome, the share that were members. */
                    recall?: number;
                  };
                }
              | {
                  purchase: string;
                  /**
                   * Format: date-time
                   * @description UTC, to the millisecond.
                   */
                  from?: string;
                  /**
                   * Format: date-time
                   * @description UTC, to the millisecond.
                   */
                  to?: string;
                  customers: number;
                  returning: number;
                  gaps: number;
                  gapPercentiles: {
                    percent: number;
                    gap: string;
                    ms: number;
                  }[];
                  returnMs: number;
                  returns: {
                    silentFor: string;
                    silences: number;
                    returned: number;
                  }[];
                  thresholds?: {
                    atRisk: string;
                    lost: string;
                    loyalOrders: number;
                    why: string[];
                  };
                  /** @description A definitions file. */
                  yaml?: string;
                };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  removeSuggestion: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is nothing to say. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  listSuggestions: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              id: string;
              kind: 'backtest' | 'threshold' | 'lifecycle';
              title: string;
              state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              createdAt: string;
              createdBy: string;
              /** @description Entries of the log that it is about: all that there were. */
              entries: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              startedAt?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              endedAt?: string;
              error?: {
                code: string;
                message: string;
              };
              /** @description Of one that runs. `at` is where the clock of the run stands. */
              progress?: {
                phase: 'reading' | 'running' | 'explaining';
                /** @description Steps told so far; while the log is read, its entries. */
                done: number;
                total?: number;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                at?: string;
                perSecond?: number;
                secondsLeft?: number;
              };
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  cancelSuggestion: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            kind: 'backtest' | 'threshold' | 'lifecycle';
            title: string;
            state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            createdBy: string;
            /** @description Entries of the log that it is about: all that there were. */
            entries: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            startedAt?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            endedAt?: string;
            error?: {
              code: string;
              message: string;
            };
            /** @description Of one that runs. `at` is where the clock of the run stands. */
            progress?: {
              phase: 'reading' | 'running' | 'explaining';
              /** @description Steps told so far; while the log is read, its entries. */
              done: number;
              total?: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              perSecond?: number;
              secondsLeft?: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  resumeSuggestion: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: string;
            kind: 'backtest' | 'threshold' | 'lifecycle';
            title: string;
            state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            createdAt: string;
            createdBy: string;
            /** @description Entries of the log that it is about: all that there were. */
            entries: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            startedAt?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            endedAt?: string;
            error?: {
              code: string;
              message: string;
            };
            /** @description Of one that runs. `at` is where the clock of the run stands. */
            progress?: {
              phase: 'reading' | 'running' | 'explaining';
              /** @description Steps told so far; while the log is read, its entries. */
              done: number;
              total?: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              perSecond?: number;
              secondsLeft?: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  countOverlap: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description As text, such as in vip and not in churned, or as a tree. */
          rule:
            | string
            | {
                [key: string]: unknown;
              };
          /**
           * @description How many to name: evenly spread, the same for the same set.
           * @default 0
           */
          members?: number;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            size: number;
            everybody: number;
            share: number;
            members: {
              id: number;
              displayId: string;
            }[];
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  compareSets: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          sets: string[];
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            sets: {
              name: string;
              size: number;
              share: number;
            }[];
            pairs: {
              a: string;
              b: string;
              both: number;
              either: number;
              /** @description both / either */
              jaccard: number;
              /** @description Of those in a, the part that is in b. */
              shareOfA: number;
              shareOfB: number;
            }[];
            /** @description The largest first, 1000 at most. */
            exclusive: {
              /** @description In exactly these of the sets asked. */
              sets: string[];
              size: number;
            }[];
            /** @description How many exclusive parts there are. */
            exclusiveCount: number;
            inNone: number;
            everybody: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  previewRule: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description As text, such as in vip and not in churned, or as a tree. */
          rule:
            | string
            | {
                [key: string]: unknown;
              };
          /** @description Of this preview: a later one of the same name, by the same key or session, takes its place. */
          name?: string;
          /**
           * @description How many to name.
           * @default 20
           */
          members?: number;
          /** @description Traits by whose values members are counted, such as city or address.city. */
          traits?: string[];
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            size: number;
            everybody: number;
            share: number;
            members: {
              id: number;
              displayId: string;
            }[];
            /** @description How the parts make the rule: each has to hold, or any. */
            joined: 'and' | 'or';
            parts: {
              rule: string;
              english: string;
              /** @description For how many it holds. */
              size: number;
              /** @description and: who fails this one alone; or: who is in by this one alone. */
              alone: number;
            }[];
            /** @description Members by the stage that they are in now. */
            stages: {
              lifecycle: string;
              stages: {
                stage: string;
                size: number;
              }[];
            }[];
            traits: {
              trait: string;
              values: {
                /** @description null: they have none. */
                value: string | number | boolean | null;
                size: number;
              }[];
              /** @description Members with any other value. */
              others: number;
            }[];
            /** @description sets: who is where now; engine: what is kept of each customer; history: the history store; log: a build from the log. */
            answeredBy: 'sets' | 'engine' | 'history' | 'log';
            /** @description The rule measures against populations (percentiles, RFM), which were taken anew for the answer, as saving it takes them. */
            measuredAnew: boolean;
            /**
             * Format: date-time
             * @description As of when; earlier than now where the history store lags.
             */
            at: string;
            tookMs: number;
            warnings: {
              code: string;
              severity: 'error' | 'warning';
              message: string;
              /** @description From 1, in the text of the rule. */
              line?: number;
              column?: number;
              length?: number;
              pointer?: string;
              expected?: string;
              nearest?: string;
              /** @description Such as segments.vip. */
              definition?: string;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listPopulations: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              /** @description A value as in a rule, or recency, frequency or monetary of `model`. */
              of: string;
              model?: string;
              /** @description Customers who had a value. */
              size: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description The greatest values of the quintiles 1 to 4; durations in milliseconds. */
              cuts: number[];
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  refreshPopulations: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              /** @description A value as in a rule, or recency, frequency or monetary of `model`. */
              of: string;
              model?: string;
              /** @description Customers who had a value. */
              size: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description The greatest values of the quintiles 1 to 4; durations in milliseconds. */
              cuts: number[];
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  previewRefresh: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at: string;
            segments: {
              segment: string;
              entering: number;
              leaving: number;
              enteringExamples: string[];
              leavingExamples: string[];
            }[];
            stages: {
              lifecycle: string;
              from?: string;
              to: string;
              size: number;
            }[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getRfmTable: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            model: string;
            /** @description Customers by their three scores; cells with nobody are left out. */
            cells: {
              recency: number;
              frequency: number;
              monetary: number;
              size: number;
            }[];
            groups: {
              /** @enum {string} */
              group:
                | 'champions'
                | 'loyal'
                | 'potential_loyalists'
                | 'new_customers'
                | 'promising'
                | 'needs_attention'
                | 'about_to_sleep'
                | 'at_risk'
                | 'cannot_lose'
                | 'hibernating'
                | 'lost';
              size: number;
            }[];
            /** @description Customers who bought nothing in the window of the model. */
            none: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at: string;
            /**
             * Format: date-time
             * @description When the populations were taken that scores are measured against; the oldest of the three.
             */
            measuredAt?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getRfmMembers: {
    parameters: {
      query?: {
        recency?: number;
        frequency?: number;
        monetary?: number;
        group?:
          | 'champions'
          | 'loyal'
          | 'potential_loyalists'
          | 'new_customers'
          | 'promising'
          | 'needs_attention'
          | 'about_to_sleep'
          | 'at_risk'
          | 'cannot_lose'
          | 'hibernating'
          | 'lost';
        limit?: number;
        /** @description The `next` of the page before. */
        cursor?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            size: number;
            members: {
              id: number;
              displayId: string;
            }[];
            next?: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at: string;
            /**
             * Format: date-time
             * @description When the populations were taken that scores are measured against; the oldest of the three.
             */
            measuredAt?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listSeenEvents: {
    parameters: {
      query?: {
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              /** @default track */
              kind: 'track' | 'page' | 'screen';
              name: string;
              events: number;
              /** @description Within a percent or so. */
              customers: number;
              /**
               * Format: date-time
               * @description When it last happened.
               */
              last: string;
            }[];
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listSeenProperties: {
    parameters: {
      query: {
        event: string;
        kind?: 'track' | 'page' | 'screen';
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              /** @description As in a rule. */
              path: string;
              type: 'text' | 'date' | 'number' | 'boolean' | 'list' | 'object' | 'mixed';
              /** @description Of the messages (of a trait: customers) looked at. */
              share: number;
              /** @description Different values, within a percent or so. */
              different: number;
              /** @description Its values say who somebody is, and are not listed to viewers. */
              personal: boolean;
            }[];
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listSeenPropertyValues: {
    parameters: {
      query: {
        event: string;
        kind?: 'track' | 'page' | 'screen';
        /** @description As in a rule: `category`, `products.category`, `properties["gift wrap"]`, `trait["loyalty tier"]`. */
        property: string;
        /** @description Only values with this in them, in any case. */
        like?: string;
        limit?: number;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description The most frequent first; lists and objects, and texts of more than 200 characters, are left out. */
            values: {
              value: string | number | boolean;
              count: number;
            }[];
            /** @description How many values there are, with those not listed. */
            different: number;
            /** @description Some say who somebody is, and are not listed to viewers. */
            withheld: boolean;
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listSeenTraits: {
    parameters: {
      query?: {
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              name: string;
              /** @description `city`, or `trait["loyalty tier"]`. */
              path: string;
              /** @description Within a percent or so. */
              customers: number;
              /**
               * Format: date-time
               * @description When it was last given.
               */
              last: string;
              personal: boolean;
            }[];
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listSeenTraitPaths: {
    parameters: {
      query: {
        trait: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              /** @description As in a rule. */
              path: string;
              type: 'text' | 'date' | 'number' | 'boolean' | 'list' | 'object' | 'mixed';
              /** @description Of the messages (of a trait: customers) looked at. */
              share: number;
              /** @description Different values, within a percent or so. */
              different: number;
              /** @description Its values say who somebody is, and are not listed to viewers. */
              personal: boolean;
            }[];
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listSeenTraitValues: {
    parameters: {
      query: {
        /** @description As in a rule: `category`, `products.category`, `properties["gift wrap"]`, `trait["loyalty tier"]`. */
        trait: string;
        /** @description Only values with this in them, in any case. */
        like?: string;
        limit?: number;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description The most frequent first; lists and objects, and texts of more than 200 characters, are left out. */
            values: {
              value: string | number | boolean;
              count: number;
            }[];
            /** @description How many values there are, with those not listed. */
            different: number;
            /** @description Some say who somebody is, and are not listed to viewers. */
            withheld: boolean;
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  showRuleSql: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description As text, such as in vip and not in churned, or as a tree. */
          rule:
            | string
            | {
                [key: string]: unknown;
              };
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Its rows are the customers for whom the rule holds. */
            sql: string;
            /**
             * Format: date-time
             * @description The instant that it asks about.
             */
            at: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getHistoryStatus: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description off, starting, running, rebuilding, down or stopped. */
            state: string;
            position: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at?: string;
            behind: number;
            /** @description How long ago what is missing first arrived. */
            lagMs: number;
            restarts: number;
            rebuilding?: {
              position: number;
              end: number;
            };
            /** @description Why its process ended last. */
            error?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  rebuildHistory: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            state: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getSizeThroughTime: {
    parameters: {
      query: {
        /** @description A segment (`vip`), or a stage of a lifecycle (`customer.active`). */
        of: string;
        /** @description Included; 30 days before `to` when left out. */
        from?: string;
        /** @description Excluded; now when left out. */
        to?: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
        every?: 'hour' | 'day' | 'week' | 'month';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            of: string;
            period: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              from: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              to: string;
            };
            pieces: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              from: string;
              /** @description At the end of the piece. */
              size: number;
              entered: number;
              exited: number;
              causes: {
                entered: {
                  [key: string]: number;
                };
                exited: {
                  [key: string]: number;
                };
              };
            }[];
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getMembersThen: {
    parameters: {
      query: {
        /** @description A segment (`vip`), or a stage of a lifecycle (`customer.active`). */
        of: string;
        /** @description An instant, or a date in the time zone of the workspace: `2026-11-01`. */
        at?: string;
        limit?: number;
        /** @description The `next` of the page before. */
        cursor?: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            of: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at: string;
            size: number;
            members: {
              /** @description Number of the customer then. */
              id: number;
              /** @description Missing for who is no longer there. */
              displayId?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              since: string;
            }[];
            next?: string;
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getStay: {
    parameters: {
      query: {
        /** @description A segment (`vip`), or a stage of a lifecycle (`customer.active`). */
        of: string;
        /** @description Included; 30 days before `to` when left out. */
        from?: string;
        /** @description Excluded; now when left out. */
        to?: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
        /** @description Up to when they are followed who entered: the end of the period, so that periods can be compared; now when left out. */
        until?: string;
        unit?: 'hour' | 'day' | 'week';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            of: string;
            period: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              from: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              to: string;
            };
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            until: string;
            unit: string;
            spells: number;
            ended: number;
            ongoing: number;
            endedMs: {
              /** @description Milliseconds. */
              mean: number;
              /** @description Milliseconds. */
              p10: number;
              /** @description Milliseconds. */
              p25: number;
              /** @description Milliseconds. */
              p50: number;
              /** @description Milliseconds. */
              p75: number;
              /** @description Milliseconds. */
              p90: number;
            } | null;
            survival: {
              after: number;
              share: number;
              atRisk: number;
            }[];
            medianUnits: number | null;
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getReturns: {
    parameters: {
      query: {
        /** @description A segment (`vip`), or a stage of a lifecycle (`customer.active`). */
        of: string;
        /** @description Included; 30 days before `to` when left out. */
        from?: string;
        /** @description Excluded; now when left out. */
        to?: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            of: string;
            period: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              from: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              to: string;
            };
            within: {
              days: number;
              /** @description Exits of which so many days are known since. */
              exits: number;
              returned: number;
            }[];
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getFlows: {
    parameters: {
      query: {
        lifecycle: string;
        /** @description Included; 30 days before `to` when left out. */
        from?: string;
        /** @description Excluded; now when left out. */
        to?: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            lifecycle: string;
            period: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              from: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              to: string;
            };
            nodes: {
              stage: string;
              before: number;
              after: number;
            }[];
            links: {
              /** @description Empty: not a customer yet, or no longer. */
              from: string;
              /** @description Empty: not a customer yet, or no longer. */
              to: string;
              customers: number;
            }[];
            moves: {
              /** @description Empty: not a customer yet, or no longer. */
              from: string;
              /** @description Empty: not a customer yet, or no longer. */
              to: string;
              moves: number;
              customers: number;
            }[];
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getRetention: {
    parameters: {
      query: {
        event: string;
        /** @description The later event; the same when left out. */
        then?: string;
        /** @description Included; 30 days before `to` when left out. */
        from?: string;
        /** @description Excluded; now when left out. */
        to?: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
        every?: 'hour' | 'day' | 'week' | 'month';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            event: string;
            then: string;
            every: string;
            period: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              from: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              to: string;
            };
            cohorts: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              from: string;
              customers: number;
              /** @description In the same piece, the one after, and so on. */
              active: number[];
            }[];
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getSizesOfAll: {
    parameters: {
      query?: {
        days?: number;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Where each day begins. */
            days: string[];
            segments: {
              segment: string;
              /** @description A size for each of `days`. */
              sizes: number[];
            }[];
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getConversions: {
    parameters: {
      query: {
        lifecycle: string;
        /** @description Included; 30 days before `to` when left out. */
        from?: string;
        /** @description Excluded; now when left out. */
        to?: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            lifecycle: string;
            period: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              from: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              to: string;
            };
            stages: {
              stage: string;
              entered: number;
              /** @description Still in at the end of the period. */
              ongoing: number;
              /** @description How long those stayed who went on. */
              medianMs: number | null;
              next: {
                /** @description Empty: merged into another, or erased. */
                stage: string;
                entries: number;
                medianMs: number;
              }[];
            }[];
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getFlowMembers: {
    parameters: {
      query: {
        lifecycle: string;
        /** @description Empty: not a customer. */
        fromStage: string;
        /** @description Empty: not a customer. */
        toStage: string;
        /** @description Included; 30 days before `to` when left out. */
        from?: string;
        /** @description Excluded; now when left out. */
        to?: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
        limit?: number;
        /** @description The `next` of the page before. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            size: number;
            members: {
              /** @description Number of the customer then. */
              id: number;
              /** @description Missing for who is no longer there. */
              displayId?: string;
            }[];
            next?: string;
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getRfmTableThen: {
    parameters: {
      query: {
        /** @description An instant, or a date in the time zone of the workspace: `2026-11-01`. */
        at: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            model: string;
            /** @description Customers by their three scores; cells with nobody are left out. */
            cells: {
              recency: number;
              frequency: number;
              monetary: number;
              size: number;
            }[];
            groups: {
              /** @enum {string} */
              group:
                | 'champions'
                | 'loyal'
                | 'potential_loyalists'
                | 'new_customers'
                | 'promising'
                | 'needs_attention'
                | 'about_to_sleep'
                | 'at_risk'
                | 'cannot_lose'
                | 'hibernating'
                | 'lost';
              size: number;
            }[];
            /** @description Customers who bought nothing in the window of the model. */
            none: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at: string;
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getRfmMembersThen: {
    parameters: {
      query: {
        /** @description An instant, or a date in the time zone of the workspace: `2026-11-01`. */
        at: string;
        recency?: number;
        frequency?: number;
        monetary?: number;
        group?:
          | 'champions'
          | 'loyal'
          | 'potential_loyalists'
          | 'new_customers'
          | 'promising'
          | 'needs_attention'
          | 'about_to_sleep'
          | 'at_risk'
          | 'cannot_lose'
          | 'hibernating'
          | 'lost';
        limit?: number;
        /** @description The `next` of the page before. */
        cursor?: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            size: number;
            members: {
              /** @description Number of the customer then. */
              id: number;
              /** @description Missing for who is no longer there. */
              displayId?: string;
            }[];
            next?: string;
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  exportMembers: {
    parameters: {
      query: {
        /** @description A segment (`vip`), or a stage of a lifecycle (`customer.active`). */
        of: string;
        /** @description An instant, or a date in the time zone of the workspace: `2026-11-01`. */
        at?: string;
        format?: 'csv' | 'ndjson' | 'parquet';
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  exportChanges: {
    parameters: {
      query?: {
        /** @description A segment (`vip`), or a stage of a lifecycle (`customer.active`). */
        of?: string;
        /** @description One or more, with commas. */
        cause?: string;
        /** @description Included; 30 days before `to` when left out. */
        from?: string;
        /** @description Excluded; now when left out. */
        to?: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
        format?: 'csv' | 'ndjson' | 'parquet';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  exportEvents: {
    parameters: {
      query?: {
        /** @description Names; repeat the parameter for more. */
        event?: string[];
        customer?: string;
        /** @description Included; 30 days before `to` when left out. */
        from?: string;
        /** @description Excluded; now when left out. */
        to?: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
        format?: 'csv' | 'ndjson' | 'parquet';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  exportDeliveries: {
    parameters: {
      query?: {
        /** @description Id of a webhook; all when left out. */
        endpoint?: string;
        /** @description Included; 30 days before `to` when left out. */
        from?: string;
        /** @description Excluded; now when left out. */
        to?: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
        format?: 'csv' | 'ndjson' | 'parquet';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The file. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getWorkspace: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description IANA name; days begin at its midnights. */
            timeZone: string;
            version: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            startedAt: string;
            publicUrl?: string;
            /** @description What people call it. */
            name?: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  renameWorkspace: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description Empty: as the setting `workspace.name` has it. */
          name: string;
        };
      };
    };
    responses: {
      /** @description Done; there is nothing to say. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  getOverview: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at: string;
            customers: number;
            /** @description Segments in force. */
            segments: number;
            events: {
              /**
               * Format: date-time
               * @description Where today begins, in the time zone of the workspace.
               */
              day: string;
              today: number;
              /**
               * Format: date-time
               * @description Where the first of `minutes` begins.
               */
              from: string;
              /** @description Messages taken in each of the last sixty minutes and the one that is running. */
              minutes: number[];
            };
            sources: {
              name: string;
              today: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              lastAt: string;
              /** @description Nothing has come for longer than is usual. */
              silent: boolean;
            }[];
            refused: {
              /** @description How many messages were refused since the beginning, by code. */
              counts: {
                [key: string]: number;
              };
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              lastAt?: string;
            };
            history: {
              /** @description off, starting, running, rebuilding, down or stopped. */
              state: string;
              /** @description How long ago what is missing first arrived. */
              lagMs: number;
              behind: number;
            };
            /** @description Endpoints to which nothing is sent. */
            webhooks: {
              id: string;
              url: string;
              /** @description by_hand, gone or failing. */
              reason: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              since: string;
            }[];
            /** @description Definitions that are being brought into force. */
            building?: {
              revision: number;
              done: number;
              total: number;
            };
            /** @description Why nothing is taken now. */
            intake?: {
              code: string;
              message: string;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  streamOverview: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  getMoves: {
    parameters: {
      query?: {
        /** @description Included; 30 days before `to` when left out. */
        from?: string;
        /** @description Excluded; now when left out. */
        to?: string;
        /** @description Wait up to five seconds until history has all that was acknowledged before. */
        fresh?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            period: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              from: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              to: string;
            };
            segments: {
              segment: string;
              entered: number;
              exited: number;
              causes: {
                [key: string]: number;
              };
            }[];
            stages: {
              lifecycle: string;
              /** @description Empty: not there before. */
              from: string;
              /** @description Empty: merged into another, or erased. */
              to: string;
              moves: number;
            }[];
            /** @description Number of the last change that is counted; later ones stream. */
            seq?: number;
            /** @description Up to where history knows: it may lag behind the service. */
            asOf: {
              /** @description Entries of the log that are in history. */
              position: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at?: string;
              /** @description Entries that are not in yet. */
              behind: number;
            };
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getProfile: {
    parameters: {
      query?: {
        /** @description Whether to say when memberships will end by time. */
        until?: boolean;
      };
      header?: never;
      path: {
        /** @description Any identifier: bare, or with its kind as in `email:ann@example.com`. */
        identifier: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            id: number;
            displayId: string;
            identifiers: {
              kind: string;
              value: string;
            }[];
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            bornAt?: string;
            traits: {
              [key: string]: unknown;
            };
            segments: {
              segment: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              since: string;
              /**
               * Format: date-time
               * @description When time alone will end it; missing: never.
               */
              until?: string;
            }[];
            stages: {
              lifecycle: string;
              stage: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              since: string;
            }[];
            scores: {
              [key: string]: number;
            };
            consents: {
              channel: string;
              topic?: string;
              status: string;
            }[];
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getSegmentsOfProfile: {
    parameters: {
      query?: {
        /** @description Whether to say when memberships will end by time. */
        until?: boolean;
      };
      header?: never;
      path: {
        /** @description Any identifier: bare, or with its kind as in `email:ann@example.com`. */
        identifier: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            segments: {
              segment: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              since: string;
              /**
               * Format: date-time
               * @description When time alone will end it; missing: never.
               */
              until?: string;
            }[];
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getProfiles: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          identifiers: string[];
          /** @default false */
          until?: boolean;
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            profiles: ({
              id: number;
              displayId: string;
              identifiers: {
                kind: string;
                value: string;
              }[];
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              bornAt?: string;
              traits: {
                [key: string]: unknown;
              };
              segments: {
                segment: string;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                since: string;
                /**
                 * Format: date-time
                 * @description When time alone will end it; missing: never.
                 */
                until?: string;
              }[];
              stages: {
                lifecycle: string;
                stage: string;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                since: string;
              }[];
              scores: {
                [key: string]: number;
              };
              consents: {
                channel: string;
                topic?: string;
                status: string;
              }[];
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
            } | null)[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getTimeline: {
    parameters: {
      query?: {
        limit?: number;
        /** @description `before` of the page before; left out for the first. */
        before?: number;
        /** @description Only events, pages and screens of these names; repeated for several. */
        event?: string[];
        type?: ('track' | 'page' | 'screen' | 'identify' | 'group' | 'alias')[];
      };
      header?: never;
      path: {
        /** @description Any identifier: bare, or with its kind as in `email:ann@example.com`. */
        identifier: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: unknown[];
            before?: number;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  explain: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Any identifier: bare, or with its kind as in `email:ann@example.com`. */
        identifier: string;
        segment: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            explanation: unknown;
            text: string[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getStory: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Any identifier: bare, or with its kind as in `email:ann@example.com`. */
        identifier: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            identifiers: {
              kind: string;
              value: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              since?: string;
              /** @description Of the message that first named it. */
              messageId?: string;
            }[];
            /** @description Where messages showed that those known apart are one, in the order of arrival. */
            merges: {
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
              messageId: string;
              type: string;
              parts: {
                identifiers: {
                  kind: string;
                  value: string;
                }[];
                messages: number;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                since: string;
              }[];
            }[];
            /** @description What was said of each trait in turn, the latest last; null: it was cleared. */
            traits: {
              trait: string;
              values: {
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                at: string;
                value: unknown;
              }[];
            }[];
            /** @description The most frequent first. */
            events: {
              type: string;
              name: string;
              count: number;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              first: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              last: string;
            }[];
            /** @description Stages one after the other, as what is known and defined now says; the latest last. */
            stages: {
              lifecycle: string;
              spells: {
                stage: string;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                from: string;
              }[];
              /** @description What was before the first is left out. */
              cut: boolean;
            }[];
            messages: number;
            /** @description false: some of their messages are no longer kept, or too many. */
            whole: boolean;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  tryWhatIf: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        identifier: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          steps: {
            /** @description Time passes first: `3d`, `12h`, `1h30m`. */
            wait?: string;
            /** @description When it happens; time passes until then, or it is a late event where that is over. Left out: at once. */
            at?: string;
            event?: string;
            page?: string;
            screen?: string;
            properties?: {
              [key: string]: unknown;
            };
            traits?: {
              [key: string]: unknown;
            };
            score?: {
              name: string;
              value: number;
            };
            consent?: {
              channel?: string;
              topic?: string;
              status: 'subscribed' | 'unsubscribed';
            };
          }[];
        };
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            from: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            until: string;
            changes: {
              /** @description Place of the step while or before which it happens. */
              step: number;
              change: 'entered' | 'exited' | 'stage';
              segment?: string;
              lifecycle?: string;
              from?: string;
              to?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
              cause: string;
            }[];
            before: {
              segments: {
                segment: string;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                since: string;
              }[];
              stages: {
                lifecycle: string;
                stage: string;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                since: string;
              }[];
              traits: {
                [key: string]: unknown;
              };
              scores: {
                [key: string]: number;
              };
            };
            after: {
              segments: {
                segment: string;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                since: string;
              }[];
              stages: {
                lifecycle: string;
                stage: string;
                /**
                 * Format: date-time
                 * @description UTC, to the millisecond.
                 */
                since: string;
              }[];
              traits: {
                [key: string]: unknown;
              };
              scores: {
                [key: string]: number;
              };
            };
            /** @description What rules count and sum up, where it becomes another. */
            values: {
              of: string;
              english: string;
              before: {
                type: string;
              };
              after: {
                type: string;
              };
            }[];
            why: {
              segment: string;
              text: string[];
              /** @description The same as data, as of an explanation. */
              explanation: unknown;
            }[];
            /** @description So much would happen that it was cut short at `until`. */
            cut: boolean;
            /** @description A rule asks where they stand among all others, which stands still here. */
            restsOnOthers: boolean;
            notices: string[];
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  getMembers: {
    parameters: {
      query?: {
        limit?: number;
        /** @description `after` of the page before; left out for the first. */
        after?: number;
      };
      header?: never;
      path: {
        segment: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description Exact, as of `at`. */
            size: number;
            members: {
              id: number;
              displayId: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              since: string;
            }[];
            after?: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listCustomers: {
    parameters: {
      query?: {
        /** @description Words, all of which a customer has in identifiers or traits: any part, in any case, with or without accents. `"new delhi"` is one word; `city:pune` is what a field begins with. */
        q?: string;
        /** @description In all of these; repeated for several. */
        segment?: string[];
        /** @description `lifecycle.stage`; of one lifecycle, in any of those named. */
        stage?: string[];
        /** @description known, lastSeen, firstSeen, name, since (of the one segment), or trait.NAME; with - in front the other way around. Whoever has none comes last. */
        sort?: string;
        /** @description Traits to show; repeated for several. */
        columns?: string[];
        limit?: number;
        /** @description Place of the first row. */
        offset?: number;
        /** @description `list` of an answer before: the same rows at the same places, as long as it is kept. */
        list?: string;
        /** @description The `next` of the page before, instead of list and offset. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            items: {
              id: number;
              /** @description Erased or merged into another since the list was made; nothing else is said. */
              gone?: boolean;
              displayId: string;
              name?: string;
              email?: string;
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              firstSeen?: string;
              /**
               * Format: date-time
               * @description When what arrived last of them happened.
               */
              lastSeen?: string;
              /**
               * Format: date-time
               * @description In the segment asked about, where that is one.
               */
              since?: string;
              stages: {
                [key: string]: string;
              };
              /** @description In how many they are. */
              segments: number;
              columns: {
                [key: string]: unknown;
              };
            }[];
            offset: number;
            /** @description Customers in the list, exact as of `at`. */
            total: number;
            /** @description Customers that there are now. */
            everybody: number;
            /** @description Asks for other parts of this very list. */
            list: string;
            next?: string;
            /** @description Below 1, shortly after a start: customers are still being read. Without a search everybody is here, the latest known first; with one only who is known by exactly that. */
            searched: number;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            at: string;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  writeScenario: {
    parameters: {
      query?: {
        /** @description Number of a change of this customer; left out: how they are now. */
        change?: number;
      };
      header?: never;
      path: {
        identifier: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @description A name for it. */
            file: string;
            yaml: string;
            messages: number;
            /** @description Whether the engine, living through it, finds what was seen. */
            reproduces: boolean;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  forecastSegment: {
    parameters: {
      query?: {
        days?: number;
      };
      header?: never;
      path: {
        segment: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            segment: string;
            /**
             * Format: date-time
             * @description UTC, to the millisecond.
             */
            from: string;
            /**
             * Format: date-time
             * @description Included.
             */
            until: string;
            timeZone: string;
            membersNow: number;
            days: {
              /** @description In the time zone of the workspace; the first and last are in part. */
              date: string;
              entered: number;
              exited: number;
              /** @description When the day, or the forecast, is over. */
              membersAfter: number;
            }[];
            /** @description The soonest, up to 500. */
            changes: {
              id: number;
              displayId: string;
              change: 'entered' | 'exited';
              /**
               * Format: date-time
               * @description UTC, to the millisecond.
               */
              at: string;
            }[];
            /**
             * Format: date-time
             * @description By when everybody had been looked at, beginning with `from`.
             */
            at: string;
            tookMs: number;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
  streamChanges: {
    parameters: {
      query?: {
        /** @description Names of segments: changes of these only, with commas between. */
        segments?: string;
        /** @description Names of lifecycles: changes of stage in these only, with commas between. */
        lifecycles?: string;
        /** @description Of entered, exited, stage_changed, with commas between. */
        changes?: string;
        /** @description Changes of this customer only: an identifier, also as kind:value. */
        customer?: string;
        /** @description Number of the first change that is wanted; left out: the next one to come. */
        from?: string;
        /** @description Also events `sizes`: how large everything is, then what has become another. */
        sizes?: boolean;
        /** @description Also events `messages`: the newest messages of each moment as they are taken. */
        messages?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  createStreamTicket: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same request is carried out once; its answer is kept for a day. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            ticket: string;
            expiresInSeconds: number;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
}
