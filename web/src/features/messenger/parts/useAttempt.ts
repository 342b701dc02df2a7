import { useExplain } from "@/app/refusals";
import { toasts } from "@/ui";

/** Does something small; a refusal is told in passing. Answers whether it was done. */
export function useAttempt(): (work: () => Promise<unknown>) => Promise<boolean> {
  const explain = useExplain();
  return async (work) => {
    try {
      await work();
      return true;
    } catch (error) {
      toasts.show({ text: explain(error).text, tone: "danger" });
      return false;
    }
  };
}
