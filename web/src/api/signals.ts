/** Small announcements inside the app. */

type Listener = () => void;

function signal() {
  const listeners = new Set<Listener>();
  return {
    say: () => listeners.forEach((listener) => listener()),
    hear: (listener: Listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Something changed on the server: what is on screen is read again. */
export const changed = signal();
/** The session has ended; whoever has unsaved words keeps them. */
export const sessionEnded = signal();
/** Somebody signed in again; connections may be opened anew. */
export const signedIn = signal();
