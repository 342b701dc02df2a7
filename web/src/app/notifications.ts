/** System notifications: wished for on this browser, and allowed by it. Asked for only after a gesture. */

const STORAGE = "bastide.notifications";

export function canNotify(): boolean {
  return "Notification" in window && Notification.permission !== "denied";
}

export function notificationsWanted(): boolean {
  try {
    return canNotify() && Notification.permission === "granted" && localStorage.getItem(STORAGE) === "on";
  } catch {
    return false;
  }
}

/** Answers what came of it: people may refuse when the browser asks. */
export async function wantNotifications(on: boolean): Promise<boolean> {
  const granted = on && canNotify() && (await Notification.requestPermission()) === "granted";
  try {
    if (granted) localStorage.setItem(STORAGE, "on");
    else localStorage.removeItem(STORAGE);
  } catch {
    return false;
  }
  return granted;
}

export function notify(title: string, body: string, open: () => void): void {
  if (!notificationsWanted()) return;
  const notification = new Notification(title, { body, icon: "/icon.svg" });
  notification.onclick = () => {
    window.focus();
    open();
    notification.close();
  };
}
