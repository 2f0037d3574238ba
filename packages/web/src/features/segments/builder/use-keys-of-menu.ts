/** Where the keys are after a menu: back at its button, unless what was chosen brings them elsewhere. */

import { useRef } from 'react';

export type KeysOfMenu = {
  /** What was chosen says itself where the keys are to be. */
  readonly leave: () => void;
  readonly onClosed: (event: Event) => void;
};

export function useKeysOfMenu(): KeysOfMenu {
  const hasLeft = useRef(false);
  return {
    leave: () => {
      hasLeft.current = true;
    },
    onClosed: (event) => {
      if (hasLeft.current) event.preventDefault();
      hasLeft.current = false;
    },
  };
}
