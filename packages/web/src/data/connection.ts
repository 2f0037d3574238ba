/** Whether the server answers: told by every question and asked again while it does not. */

import { useSyncExternalStore } from 'react';

type Connection = { readonly isBroken: boolean; readonly since: number };

let current: Connection = { isBroken: false, since: 0 };
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined = undefined;
/** Called when the server is back. */
let onBack: () => void = () => undefined;

const probeMs = 2_000;

export function whenBack(listener: () => void): void {
  onBack = listener;
}

export function noteAnswer(): void {
  if (!current.isBroken) return;
  set({ isBroken: false, since: 0 });
  onBack();
}

export function noteSilence(now: number): void {
  if (current.isBroken) return;
  set({ isBroken: true, since: now });
  probe();
}

function probe(): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    void fetch('/ready', { cache: 'no-store' }).then(
      (response) => {
        if (response.ok) noteAnswer();
        else probe();
      },
      () => {
        probe();
      },
    );
  }, probeMs);
}

function set(next: Connection): void {
  current = next;
  for (const listener of listeners) listener();
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    () => current,
  );
}
