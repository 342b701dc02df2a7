/** An organisation to look at: two languages, long names, much to read. */

import { seedTalk } from "./seedTalk";
import type { MockChat, MockState } from "./state";

const PEOPLE: [id: string, name: string, mail: string, title: string][] = [
  ["u_lin", "林晓梅", "lin@north.example", "研究院院长"],
  ["u_ana", "Ana Ferreira", "ana@north.example", "Head of field research"],
  ["u_wang", "王建国", "wang@north.example", "后端工程师"],
  [
    "u_max",
    "Maximilian von Hohenstein-Bartholomäus",
    "max@north.example",
    "Liaison officer for the northern observatories and archives",
  ],
  ["u_zhao", "赵雅琴", "zhao@north.example", "产品经理"],
  ["u_sam", "Samuel Okafor", "sam@north.example", "Data engineer"],
  ["u_chen", "陈思远", "chen@north.example", "设计师"],
  ["u_ida", "Ida Lindqvist", "ida@north.example", "Librarian"],
  ["u_liu", "刘洋", "liu@north.example", "运维工程师"],
  ["u_ray", "Rayan Haddad", "ray@north.example", "Finance"],
  ["u_ouyang", "欧阳明月", "ouyang@north.example", "法务顾问"],
  ["u_kim", "Kim Park", "kim@north.example", "Intern"],
];

const TALK: string[] = [
  "早上好，今天的例会改到十点，可以吗？",
  "Ten is fine for me. I will bring the figures from the second station.",
  "好的，我把会议室订到三楼的“松涛”。",
  "The upload from last night is complete: 48 files, nothing missing.",
  "太好了，那我们下午就可以开始比对。\n另外，第 3 组的传感器需要重新校准。",
  "I wrote down what we agreed: https://example.org/notes/field-season, please correct what I got wrong.",
  "看过了，第二段的日期应该是 11 月 18 日。",
  "Corrected.",
  "谁有空帮忙看一下预算表？合计那一行和财务的数字对不上。",
  "@{u_ray} 是不是汇率用的还是上个月的？",
  "Yes, that is it. I will send a new sheet before lunch, with the rate of the fifteenth and a column that shows which lines changed, so that nobody has to compare them by eye again.",
  "辛苦了。",
];

const MINUTE = 60_000;

function fill(state: MockState, chat: MockChat, count: number, endsAgo: number): void {
  const end = state.now() - endsAgo;
  for (let index = 0; index < count; index += 1) {
    const back = count - index;
    // Runs of three by one author, a pause between runs, several days in all.
    const author = chat.members[Math.floor(index / 3) % chat.members.length] ?? chat.owner;
    const at = end - back * 2 * MINUTE - Math.floor(back / 3) * 31 * MINUTE;
    const text = TALK[(index * 5 + chat.name.length) % TALK.length] ?? "";
    state.addMessage(chat, { author, text, sent_at: new Date(at).toISOString() });
  }
}

export function seed(state: MockState): void {
  for (const [id, name, mail, title] of PEOPLE) state.addAccount(id, { name, mail, title });
  const lin = state.accounts.get("u_lin");
  if (lin) lin.role = "owner";
  const wang = state.accounts.get("u_wang");
  if (wang) wang.role = "administrator";
  const kim = state.accounts.get("u_kim");
  if (kim) kim.state = "suspended";
  const max = state.accounts.get("u_max");
  if (max) max.zone = "Europe/Berlin";

  const longAgo = new Date(state.now() - 500 * 24 * 60 * MINUTE).toISOString();
  const everybody = PEOPLE.map(([id]) => id);
  const all = state.addChat({
    id: "oc_all",
    kind: "group",
    name: "全员 · Everybody",
    owner: "u_lin",
    members: everybody,
    created_at: longAgo,
  });
  state.addMessage(all, {
    author: "u_lin",
    system: { event: "chat_created", accounts: everybody, name: "全员 · Everybody" },
    sent_at: new Date(state.now() - 60 * 24 * 60 * MINUTE).toISOString(),
  });
  fill(state, all, 480, 3 * MINUTE);
  state.addMessage(all, {
    author: "u_ana",
    text: "@{u_lin} the permit for the northern site has arrived. Shall I book the boat for Thursday?",
    sent_at: new Date(state.now() - 2 * MINUTE).toISOString(),
  });
  all.read.set("u_lin", all.messages.length - 7);

  const groups: [string, string, string[], number, number, number][] = [
    ["oc_sensors", "传感器校准小组", ["u_wang", "u_liu", "u_sam"], 64, 26 * MINUTE, 12],
    [
      "oc_long",
      "Preparations for the joint autumn field season of the northern observatories and the institute’s archive",
      ["u_max", "u_ida", "u_ana"],
      40,
      90 * MINUTE,
      0,
    ],
    ["oc_budget", "预算与采购", ["u_ray", "u_ouyang", "u_zhao"], 150, 5 * 60 * MINUTE, 128],
    ["oc_design", "Design 设计评审", ["u_chen", "u_zhao"], 30, 26 * 60 * MINUTE, 0],
    ["oc_lunch", "午饭吃什么", ["u_liu", "u_chen", "u_kim", "u_sam"], 90, 3 * 24 * 60 * MINUTE, 34],
  ];
  for (const [id, name, members, count, ago, unread] of groups) {
    const chat = state.addChat({ id, kind: "group", name, owner: "u_lin", members, created_at: longAgo });
    fill(state, chat, count, ago);
    chat.read.set("u_lin", chat.messages.length - unread);
  }
  state.chats.get("oc_lunch")?.muted.add("u_lin");

  const directs: [string, string, number, number][] = [
    ["u_ana", "oc_d_ana", 12 * MINUTE, 2],
    ["u_wang", "oc_d_wang", 3 * 60 * MINUTE, 0],
    ["u_max", "oc_d_max", 20 * 24 * 60 * MINUTE, 0],
    ["u_ouyang", "oc_d_ouyang", 400 * 24 * 60 * MINUTE, 0],
  ];
  for (const [other, id, ago, unread] of directs) {
    const chat = state.addChat({
      id,
      kind: "direct",
      name: "",
      owner: "u_lin",
      members: [other],
      created_at: longAgo,
    });
    fill(state, chat, 18, ago);
    chat.read.set("u_lin", chat.messages.length - unread);
  }
  seedTalk(state);
  state.drafts.set("oc_d_wang", "关于昨天的问题，");

  seedSessions(state);
  const open = (id: string, mail: string | null, role: "member" | "administrator", hours: number) =>
    state.invitations.set(`invite-${id}`, {
      id,
      token: `invite-${id}`,
      link: `/join#invite-${id}`,
      expires_at: new Date(state.now() + hours * 60 * MINUTE).toISOString(),
      role,
      mail,
      state: hours > 0 ? "open" : "expired",
    });
  open("iv_1", null, "member", -40);
  open("iv_2", "an.unusually.long.address.of.a.visiting.scholar@observatory.example", "member", 30);
  open("iv_3", null, "administrator", 150);
  state.resets.set("reset-demo", { person: "p_ana", needsProof: true });
}

function seedSessions(state: MockState): void {
  const ago = (minutes: number) => new Date(state.now() - minutes * MINUTE).toISOString();
  const until = new Date(state.now() + 30 * 24 * 60 * MINUTE).toISOString();
  const session = (id: string, client: string, address: string, minutes: number) => ({
    id,
    current: minutes === 0,
    client,
    address,
    created_at: ago(minutes + 4000),
    seen_at: ago(minutes),
    expires_at: until,
  });
  state.sessions = [
    session("s_current", "Chromium 156 · Linux", "10.1.4.22", 0),
    session("s_phone", "Firefox 150 · Android phone", "2001:db8:42::7", 95),
    session("s_old", "Safari 26 · macOS", "203.0.113.18", 9 * 24 * 60),
  ];
}
