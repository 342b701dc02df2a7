/**
 * Shows what the server tells this browser while nobody has the suite open. It fetches nothing and keeps nothing: what it shows came
 * sealed for this browser (RFC 8291). The language stands in its address.
 */
const WORDS = {
  en: {
    one: "New message",
    many: (count) => `${count} new messages`,
    mention: "You were mentioned",
    place: (sender, chat) => `${sender} in ${chat}`,
    all: "@everyone",
  },
  "zh-CN": {
    one: "新消息",
    many: (count) => `${count} 条新消息`,
    mention: "有人提及你",
    place: (sender, chat) => `${sender} · ${chat}`,
    all: "@所有人",
  },
};
const LANGUAGE = new URL(self.location.href).searchParams.get("lang") === "zh-CN" ? "zh-CN" : "en";
const words = WORDS[LANGUAGE];

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(tell(event.data)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.chat));
});

async function tell(data) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  // Whoever looks at the suite is told there.
  if (windows.some((one) => one.visibilityState === "visible")) return;
  const content = read(data);
  const tag = content?.chat ?? "bastide";
  const [shown] = await self.registration.getNotifications({ tag });
  // The same thing told twice is shown once.
  if (content && shown?.data?.message === content.message) return;
  const { title, body } = written(content);
  await self.registration.showNotification(title, {
    body,
    tag,
    renotify: true,
    lang: LANGUAGE,
    icon: "/icon.svg",
    data: { chat: content?.chat, message: content?.message },
  });
}

/** What was told; nothing where a newer server tells in a way that this worker does not know. */
function read(data) {
  try {
    const content = data.json();
    return content.v === 1 ? content : null;
  } catch {
    return null;
  }
}

function written(content) {
  if (!content) return { title: words.one, body: "" };
  const { sender, chat_name: chat, text, count, mention } = content;
  const what = count > 1 ? words.many(count) : mention ? words.mention : words.one;
  if (!sender) return { title: what, body: "" };
  const title = chat ? words.place(sender, chat) : sender;
  return { title, body: text ? text.replaceAll("@{all}", words.all) : what };
}

async function open(chat) {
  const path = chat ? `/chats/${chat}` : "/";
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const [one] = windows;
  if (!one) return void (await self.clients.openWindow(path));
  await one.focus();
  one.postMessage({ kind: "open", path });
}
