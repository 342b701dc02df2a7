/** What one recalled in this page, to be written anew; it is gone when somebody signs out. */

import { whenSignedOut } from "@/app/session";

const texts = new Map<string, string>();
whenSignedOut(() => texts.clear());

export function holdRecalled(message: string, text: string): void {
  texts.set(message, text);
}

export function recalledText(message: string): string | undefined {
  return texts.get(message);
}
