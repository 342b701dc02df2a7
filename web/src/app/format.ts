/** Times and lists in the person's language and zone. */

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "./session";

export interface Format {
  /** 14:05 */
  clock(at: string): string;
  /** A list's short form: the time today, the weekday this week, else the date. */
  brief(at: string, now?: number): string;
  /** A divider between days: Today, Yesterday, Monday 3 November. */
  day(at: string, now?: number): string;
  /** The date alone. */
  date(at: string): string;
  /** Date and time in full. */
  full(at: string): string;
  /** «3 minutes ago» for a day, then the date. */
  ago(at: string, now?: number): string;
  /** A number that names the day in the person's zone, equal for two times of one day. */
  dayKey(at: string): string;
  list(items: string[]): string;
  /** «3.4 MB», by thousands as files are sold and shown. */
  bytes(count: number): string;
}

const DAY_MS = 86_400_000;

export function makeFormat(language: string, zone: string | undefined): Format {
  const make = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
  const clock = make({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const weekday = make({ weekday: "short" });
  const monthDay = make({ month: "short", day: "numeric" });
  const date = make({ year: "numeric", month: "short", day: "numeric" });
  const dayLine = make({ weekday: "long", month: "long", day: "numeric" });
  const dayLineYear = make({ year: "numeric", month: "long", day: "numeric" });
  const full = make({ dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
  const key = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeZone: zone });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const list = new Intl.ListFormat(language, { type: "conjunction" });

  const dayKey = (at: string) => key.format(new Date(at));
  const daysAgo = (at: string, now: number) =>
    Math.round((Date.parse(key.format(now)) - Date.parse(dayKey(at))) / DAY_MS);
  const sameYear = (at: string, now: number) => dayKey(at).slice(0, 4) === key.format(now).slice(0, 4);
  const capital = (text: string) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);

  return {
    clock: (at) => clock.format(new Date(at)),
    brief(at, now = Date.now()) {
      const days = daysAgo(at, now);
      if (days <= 0) return clock.format(new Date(at));
      if (days < 7) return days === 1 ? capital(relative.format(-1, "day")) : weekday.format(new Date(at));
      return (sameYear(at, now) ? monthDay : date).format(new Date(at));
    },
    day(at, now = Date.now()) {
      const days = daysAgo(at, now);
      if (days === 0 || days === 1) return capital(relative.format(-days, "day"));
      return (sameYear(at, now) ? dayLine : dayLineYear).format(new Date(at));
    },
    date: (at) => date.format(new Date(at)),
    full: (at) => full.format(new Date(at)),
    ago(at, now = Date.now()) {
      const passed = now - Date.parse(at);
      const minutes = Math.round(passed / 60_000);
      if (Math.abs(minutes) < 1) return relative.format(0, "minute");
      if (Math.abs(minutes) < 60) return relative.format(-minutes, "minute");
      if (Math.abs(passed) < DAY_MS) return relative.format(-Math.round(passed / 3_600_000), "hour");
      return full.format(new Date(at));
    },
    dayKey,
    list: (items) => list.format(items),
    bytes(count) {
      const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
      const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
      const shown = count / 1000 ** step;
      const written = new Intl.NumberFormat(language, {
        style: "unit",
        unit: units[step],
        unitDisplay: step === 0 ? "narrow" : "short",
        maximumFractionDigits: shown < 10 && step > 0 ? 1 : 0,
      }).format(shown);
      // English writes bytes close to their number, and every other unit apart from it.
      return written.replace(/(\d)B$/, "$1 B");
    },
  };
}

export function useFormat(): Format {
  const { i18n } = useTranslation();
  const zone = useMe()?.account.zone;
  return useMemo(() => makeFormat(i18n.language, usable(zone)), [i18n.language, zone]);
}

/** A zone that this browser does not know must not take the page down. */
function usable(zone: string | undefined): string | undefined {
  try {
    return zone ? new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone : undefined;
  } catch {
    return undefined;
  }
}

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
