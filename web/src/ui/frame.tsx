/** The places of the shell that a page fills: its way here, its chip, its context panel. */
import { type ReactNode, createContext, useContext, useEffect, useState } from "react";
import { createPortal } from "react-dom";

export type Place = "crumbs" | "chip" | "panel";

type Frame = {
  places: Partial<Record<Place, HTMLElement | null>>;
  fill: (place: Place, filled: boolean) => void;
};

export const FrameContext = createContext<Frame>({ places: {}, fill: () => undefined });

/** Shows its children in a place of the shell. Outside a shell (a projector, a test) it shows nothing. */
export function InPlace({ place, children }: { place: Place; children: ReactNode }) {
  const { places, fill } = useContext(FrameContext);
  useEffect(() => {
    fill(place, true);
    return () => fill(place, false);
  }, [fill, place]);
  const target = places[place];
  return target ? createPortal(children, target) : null;
}

/** True after a short while: what takes less than that shows no skeleton. */
export function useAfter(milliseconds: number) {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPassed(true), milliseconds);
    return () => clearTimeout(timer);
  }, [milliseconds]);
  return passed;
}
