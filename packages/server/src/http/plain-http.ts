/**
 * `node:http` and `node:https`, taken in another way than by an import: that would evaluate everything that they export, `fetch` and
 * WebSockets among it, which takes 25 ms of a start and is used by nobody here.
 */

import type Http from 'node:http';
import type Https from 'node:https';

export const http: typeof Http = process.getBuiltinModule('node:http');
export const https: typeof Https = process.getBuiltinModule('node:https');
