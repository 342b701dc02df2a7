import { useEffect, useRef, useState } from "react";

const READ_AFTER_MS = 350;

/** Tells the server what was on screen, once it stood there for a moment in a page that is looked at. */
export function useReading(read: (number: number) => void, number: number, readNumber: number): void {
  const [looking, setLooking] = useState(() => document.visibilityState === "visible");
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    const look = () => setLooking(document.visibilityState === "visible" && document.hasFocus());
    const seen = () => setLooking(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", seen);
    window.addEventListener("focus", look);
    window.addEventListener("blur", look);
    return () => {
      document.removeEventListener("visibilitychange", seen);
      window.removeEventListener("focus", look);
      window.removeEventListener("blur", look);
    };
  }, []);
  useEffect(() => {
    if (!looking || number <= readNumber) return;
    const timer = setTimeout(() => latest.current(number), READ_AFTER_MS);
    return () => clearTimeout(timer);
  }, [looking, number, readNumber]);
}
