/** Everything that a message can be, in one chat, and groups to join. */

import type { Card, StoredFile } from "@/api";
import { makeFile } from "./files";
import { quoteOf } from "./messenger";
import type { MockChat, MockState, Saying } from "./state";
import { react } from "./talk";

const MINUTE = 60_000;

const FORMATTED = `**What we agreed**, in short — *please correct me* where ~~I am right~~ it is wrong:

- the boat leaves on \`Thursday\`, at **six**
- @{u_wang} brings the spare sensor, see [the list](https://example.org/lists/field?season=autumn)
- 第三组先校准，再出发

> 上次我们晚了一个小时，
> because nobody had the key.

\`\`\`
ssh station-3 'systemctl status recorder'
tail -n 20 /var/log/recorder.log
\`\`\`
1. check the battery
2. read the log`;

const boat = (picture: StoredFile): Card => ({
  title: "Boat on Thursday · 周四的船",
  tone: "accent",
  fallback: "Boat on Thursday: are you coming?",
  closed: false,
  elements: [
    { element: "text", text: "Twelve seats, **two** left. Please answer until Wednesday." },
    {
      element: "fields",
      fields: [
        { label: "Leaves", text: "06:00" },
        { label: "From", text: "北码头" },
      ],
    },
    { element: "image", file: picture.id, alt: "The boat at the north pier · 北码头的船" },
    { element: "divider" },
    {
      element: "select",
      id: "meal",
      label: "Lunch",
      multiple: false,
      required: true,
      options: [
        { value: "rice", label: "米饭" },
        { value: "bread", label: "Bread" },
      ],
    },
    { element: "text_input", id: "note", label: "Anything else", multiline: false, required: false },
    { element: "button", id: "yes", label: "I am coming", tone: "accent", confirm: null },
    {
      element: "button",
      id: "no",
      label: "Not this time",
      tone: "neutral",
      confirm: "Your seat goes to somebody else.",
    },
  ],
});

export function seedTalk(state: MockState): void {
  const chat = state.addChat({
    id: "oc_field",
    kind: "group",
    name: "野外季 Field season",
    owner: "u_lin",
    members: ["u_ana", "u_wang", "u_sam", "u_zhao", "u_ida", "u_max"],
    created_at: new Date(state.now() - 90 * 24 * 60 * MINUTE).toISOString(),
  });
  chat.managers.add("u_ana");
  Object.assign(chat.settings, {
    visibility: "public",
    join: "approval",
    description: "Planning and news of the autumn field season.",
    announcement: {
      text: "周四早上六点集合，请带身份证。 Thursday, six o’clock, at the pier.",
      by: "u_ana",
      at: new Date(state.now() - 20 * 60 * MINUTE).toISOString(),
    },
  });
  chat.requests.set("u_ray", new Date(state.now() - 50 * MINUTE).toISOString());
  chat.requests.set("u_ouyang", new Date(state.now() - 3 * 60 * MINUTE).toISOString());
  talkIn(state, chat);
  for (const member of ["u_ana", "u_wang", "u_sam"]) chat.read.set(member, chat.messages.length);
  chat.read.set("u_lin", chat.messages.length);

  const club = state.addChat({
    id: "oc_open",
    kind: "group",
    name: "摄影 Photography club",
    owner: "u_chen",
    members: ["u_ida"],
  });
  club.link = "demo-link";
  Object.assign(club.settings, {
    visibility: "public",
    join: "open",
    description: "Pictures of the week, 每周一图.",
  });
}

function talkIn(state: MockState, chat: MockChat): void {
  let back = 130;
  const say = (given: Omit<Saying, "sent_at">) => {
    back -= 6;
    return state.addMessage(chat, {
      ...given,
      sent_at: new Date(state.now() - back * MINUTE).toISOString(),
    });
  };
  const agreed = say({ author: "u_ana", text: FORMATTED });
  react(agreed, "👍", "u_wang", true);
  react(agreed, "👍", "u_lin", true);
  react(agreed, "🎉", "u_sam", true);
  agreed.pinned = true;
  chat.pins.push(agreed.id);
  const names: Omit<Saying, "sent_at">[] = [
    {
      author: "u_wang",
      text: "校准记录都在这里了。",
      files: [makeFile(state, { name: "校准记录 2026-11.xlsx" })],
    },
    {
      author: "u_ida",
      text: "",
      files: [
        makeFile(state, { name: "pier.jpg" }),
        makeFile(state, { name: "north-ridge.jpg", width: 800, height: 1200 }),
        makeFile(state, { name: "camp.png", width: 1600, height: 900 }),
        makeFile(state, { name: "panorama.jpg", width: 4000, height: 900 }),
        makeFile(state, { name: "boat.jpg" }),
      ],
    },
    {
      author: "u_sam",
      text: "Two more, one still being looked at:",
      files: [
        makeFile(state, {
          name: "readings-of-the-northern-stations-from-january-to-november.csv",
          size_bytes: 48_000_000,
        }),
        makeFile(state, { name: "driver.zip", state: "scanning", size_bytes: 1_900_000_000 }),
        makeFile(state, { name: "setup.exe", state: "blocked" }),
      ],
    },
  ];
  for (const given of names) say(given);
  say({ author: "u_max", text: "I take the *first* boat then.", quote: quoteOf(chat.messages, agreed.id) });
  const question = say({ author: "u_lin", text: "谁负责带钥匙？ Who brings the key?" });
  const reply = (author: string, text: string, minutes: number) =>
    state.addMessage(chat, {
      author,
      text,
      thread: question.id,
      sent_at: new Date(state.now() - minutes * MINUTE).toISOString(),
    });
  reply("u_wang", "我带。", 60);
  reply("u_sam", "And I have the spare one.", 55);
  reply("u_ana", "Perfect, thank you both.", 20);
  state.threadOf(chat, question.id).read.set("u_lin", 1);
  const gone = say({ author: "u_zhao", text: "…" });
  Object.assign(gone, { kind: "recalled", body: {}, recalled: { by: "u_zhao", at: state.at() } });
  const edited = say({ author: "u_lin", text: "The car is booked for half past five." });
  chat.versions.set(edited.id, [{ text: "The car is booked for five.", at: edited.sent_at }]);
  Object.assign(edited, { edits: 1, edited_at: new Date(state.now() - 40 * MINUTE).toISOString() });
  say({
    author: "u_zhao",
    forward: {
      items: [
        forwarded(state, "u_ray", "Ray Haddad", "The budget for the boat is approved.", 300),
        forwarded(state, "u_ouyang", "欧阳明月", "合同已经盖章，**原件**在我这里。", 290),
      ],
    },
  });
  const picture = makeFile(state, { name: "boat.jpg" });
  say({ author: "u_wang", card: { card: boat(picture), files: [picture] } });
  say({ author: "u_lin", text: "👍" });
}

function forwarded(state: MockState, author: string, name: string, text: string, minutes: number) {
  const sent_at = new Date(state.now() - minutes * MINUTE).toISOString();
  return { author, name, sent_at, text, mentions: [], files: [] };
}
