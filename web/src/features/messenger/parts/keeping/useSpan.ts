import { useTranslation } from "react-i18next";

const UNITS = [
  ["years", 365 * 86_400],
  ["days", 86_400],
  ["hours", 3_600],
  ["minutes", 60],
  ["seconds", 1],
] as const;

/** «90 days», «2 years», «15 minutes»: the largest unit that says it without a rest. */
export function useSpan() {
  const { t } = useTranslation("keeping");
  const seconds = (span: number) => {
    const [unit, length] = UNITS.find(([, one]) => span % one === 0) ?? ["seconds", 1];
    return t(`span.${unit}`, { count: span / length });
  };
  return { seconds, days: (span: number) => seconds(span * 86_400) };
}
