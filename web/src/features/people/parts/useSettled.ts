import { useEffect, useState } from "react";

/** The value once it has stood still for a moment; for searching while somebody types. */
export function useSettled<T>(value: T, delayMs = 160): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}
