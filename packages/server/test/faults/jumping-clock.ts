/**
 * Loaded into the service's process before anything else (`--import`): its wall clock jumps when it is told so by SIGUSR2,
 * by what the file JUMPING_CLOCK says, in milliseconds. Timers go on as they do when a machine's clock is set.
 */

import { readFileSync, writeFileSync } from 'node:fs';

const RealDate = Date;
const file = process.env['JUMPING_CLOCK'] ?? '';
let offsetMs = read();

function read(): number {
  return Number(readFileSync(file, 'utf8'));
}

process.on('SIGUSR2', () => {
  offsetMs = read();
  writeFileSync(`${file}.seen`, String(offsetMs));
});

function now(): number {
  return RealDate.now() + offsetMs;
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: readonly unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
});
