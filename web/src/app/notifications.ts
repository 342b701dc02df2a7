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

const SOUND = "bastide.sound";

export function soundWanted(): boolean {
  try {
    return localStorage.getItem(SOUND) === "on";
  } catch {
    return false;
  }
}

export function wantSound(on: boolean): boolean {
  try {
    if (on) localStorage.setItem(SOUND, "on");
    else localStorage.removeItem(SOUND);
    return on;
  } catch {
    return false;
  }
}

let speaker: AudioContext | null = null;

/** Two short tones, made here: no file is fetched. Browsers stay silent until the page was touched once. */
export function playSound(): void {
  if (!soundWanted() || typeof AudioContext === "undefined") return;
  speaker ??= new AudioContext();
  for (const [index, pitch] of [660, 880].entries()) {
    const at = speaker.currentTime + index * 0.12;
    const tone = speaker.createOscillator();
    const volume = speaker.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.22);
    tone.connect(volume).connect(speaker.destination);
    tone.start(at);
    tone.stop(at + 0.24);
  }
}
