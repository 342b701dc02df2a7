import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { open } from "@/app/testing/application";
import { expectAccessible } from "@/app/testing/axe";
import { quoteOf } from "@/mock/messenger";
import type { MockServer } from "@/mock/server";

const history = () => screen.findByRole("region", { name: /^Messages in/ });
const box = () => screen.findByRole("textbox", { name: /^Message (野|D)/ });
const chatOf = (server: MockServer, id = "oc_field") => server.state.chats.get(id) as never as Chat;
type Chat = NonNullable<ReturnType<MockServer["state"]["chats"]["get"]>>;

/** A message, with the focus on it, once the list has taken its place. */
async function row(text: string | RegExp) {
  await within(await history()).findAllByRole("article");
  await act(() => new Promise((resolve) => setTimeout(resolve, 200)));
  const found = await within(await history()).findByText(text);
  const article = found.closest("article");
  if (!article) throw new Error("this text stands in no message");
  article.focus();
  return article;
}

async function field(prepare?: (server: MockServer) => unknown) {
  return open({ at: "/chats/oc_field", ...(prepare ? { prepare } : {}) });
}

describe("a message", () => {
  it("draws its marks, and never HTML", async () => {
    await open({
      at: "/chats/oc_design",
      prepare: ({ state }) => {
        const chat = state.chats.get("oc_design");
        const text =
          '**bold** <img src=x onerror="alert(1)"> [bad](javascript:alert(1)) [good](https://a.example)';
        if (chat) state.addMessage(chat, { author: "u_chen", text });
      },
    });
    const article = await row("bold");
    expect(within(article).getByText("bold").tagName).toBe("STRONG");
    expect(article.querySelector("img")).toBeNull();
    const links = within(article).getAllByRole("link");
    expect(links.map((link) => link.getAttribute("href"))).toEqual(["https://a.example"]);
    expect(links[0]?.getAttribute("rel")).toContain("noreferrer");
  });

  it("is edited with E, shows it, and keeps what it said", async () => {
    const { person, server } = await field();
    await row("The car is booked for half past five.");
    await person.keyboard("e");
    const writing = (await box()) as HTMLTextAreaElement;
    await waitFor(() => expect(writing.value).toBe("The car is booked for half past five."));
    await person.clear(writing);
    await person.type(writing, "The car is booked for six.{Enter}");
    expect(await within(await history()).findByText("The car is booked for six.")).toBeTruthy();
    await waitFor(() => expect(writing.value).toBe(""));
    await person.click((await screen.findAllByRole("button", { name: "edited" }))[0] as HTMLElement);
    const dialog = await screen.findByRole("dialog", { name: "Earlier wordings" });
    expect(await within(dialog).findByText("The car is booked for five.")).toBeTruthy();
    await expectAccessible();
    const said = chatOf(server).messages.filter((message) => message.edits === 2);
    expect(said).toHaveLength(1);
  });

  it("is recalled by its author, who can write it anew", async () => {
    const { person } = await field();
    await row("The car is booked for half past five.");
    await person.keyboard("{Delete}");
    expect(await screen.findByText("You recalled a message")).toBeTruthy();
    await person.click(screen.getByRole("button", { name: "Edit again" }));
    await waitFor(async () =>
      expect(((await box()) as HTMLTextAreaElement).value).toBe("The car is booked for half past five."),
    );
  });

  it("is recalled by who leads only after a question", async () => {
    const { person } = await field();
    await row(/I take the/);
    await person.keyboard("{Delete}");
    const dialog = await screen.findByRole("dialog", { name: "Recall the message" });
    await person.click(within(dialog).getByRole("button", { name: "Recall" }));
    expect(await screen.findByText("You recalled a message")).toBeTruthy();
  });

  it("takes reactions, and gives them back", async () => {
    const { person, server } = await field();
    const article = await row(/I take the/);
    await person.keyboard("+");
    const search = await screen.findByRole("combobox", { name: "Search for an emoji" });
    await person.type(search, "庆祝");
    await person.keyboard("{Enter}");
    const chip = await within(article).findByRole("button", { name: /, 1 person/ });
    expect(chip.getAttribute("aria-pressed")).toBe("true");
    const said = () => chatOf(server).messages.find((message) => message.quote !== null);
    await waitFor(() => expect(said()?.reactions).toHaveLength(1));
    await person.click(chip);
    await waitFor(() => expect(said()?.reactions).toHaveLength(0));
    await expectAccessible();
  });

  it("is answered with what it said above", async () => {
    const { person, server } = await field();
    await row(/谁负责带钥匙/);
    await person.keyboard("r");
    expect(await screen.findByText(/Answering You/)).toBeTruthy();
    await person.type(await box(), "Nobody yet{Enter}");
    await waitFor(() => expect(chatOf(server).messages.at(-1)?.quote?.excerpt).toMatch(/谁负责带钥匙/));
    expect(screen.queryByText(/Answering You/)).toBeNull();
  });

  it("leads on with the arrows", async () => {
    const { person } = await field();
    const last = await row("The car is booked for half past five.");
    await person.keyboard("{ArrowUp}");
    await waitFor(() => expect(document.activeElement).not.toBe(last));
    expect(document.activeElement?.tagName).toBe("ARTICLE");
  });

  it("is pinned, and found among the pins", async () => {
    const { person, router } = await field();
    await row(/I take the/);
    await person.keyboard("p");
    await act(() =>
      router.navigate({
        to: "/chats/$chat",
        params: { chat: "oc_field" },
        search: { details: true, tab: "pins" },
      }),
    );
    const panel = await screen.findByRole("tabpanel");
    expect(await within(panel).findByText("first")).toBeTruthy();
  });

  it("is forwarded to a chat and to a person", async () => {
    const { person, server } = await field();
    await row(/谁负责带钥匙/);
    await person.keyboard("f");
    const dialog = await screen.findByRole("dialog", { name: "Forward" });
    await person.click(await within(dialog).findByRole("option", { name: /Design/ }));
    await person.click(await within(dialog).findByRole("option", { name: /赵雅琴/ }));
    await person.type(within(dialog).getByLabelText("A word about it"), "Do you know?");
    await expectAccessible();
    await person.click(within(dialog).getByRole("button", { name: "Forward to 2" }));
    await waitFor(() => expect(screen.queryByRole("dialog", { name: "Forward" })).toBeNull());
    const [forward, note] = chatOf(server, "oc_design").messages.slice(-2);
    expect(forward?.kind).toBe("forward");
    expect(note?.body).toMatchObject({ text: "Do you know?" });
  });
});

describe("several messages", () => {
  it("are selected by keys and touch, and forwarded together in their order", async () => {
    const { person, server } = await field();
    const first = await row(/谁负责带钥匙/);
    const later = await row("The car is booked for half past five.");
    await person.keyboard("s");
    const bar = await screen.findByRole("region", { name: "Selected messages" });
    expect(within(bar).getByRole("status").textContent).toBe("1 message selected");
    expect(screen.queryByRole("textbox", { name: /^Message / })).toBeNull();
    await person.click(within(first).getByRole("checkbox"));
    expect(within(bar).getByRole("status").textContent).toBe("2 messages selected");
    await expectAccessible();
    await person.click(within(bar).getByRole("button", { name: "Forward" }));
    const dialog = await screen.findByRole("dialog", { name: "Forward" });
    expect(within(dialog).getByText("and 1 more message")).toBeTruthy();
    await person.click(await within(dialog).findByRole("option", { name: /Design/ }));
    await person.click(within(dialog).getByRole("button", { name: "Forward to 1" }));
    await waitFor(() => expect(screen.queryByRole("region", { name: "Selected messages" })).toBeNull());
    const sent = chatOf(server, "oc_design").messages.at(-1);
    if (sent?.kind !== "forward") throw new Error("nothing was forwarded");
    expect(sent.body.items.map((item) => item.text.slice(0, 7))).toEqual(["谁负责带钥匙？", "The car"]);
    expect(later.isConnected).toBe(true);
  });

  it("are let go by Escape, and what was being written is still there", async () => {
    const { person } = await field();
    await person.type(await box(), "half a thought");
    const article = await row("The car is booked for half past five.");
    await person.keyboard("s");
    await screen.findByRole("region", { name: "Selected messages" });
    await person.keyboard(" ");
    const bar = screen.getByRole("region", { name: "Selected messages" });
    expect(within(bar).getByRole("status").textContent).toBe("0 messages selected");
    expect(within(bar).getByRole("button", { name: "Forward" }).getAttribute("aria-disabled")).toBe("true");
    await person.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("region", { name: "Selected messages" })).toBeNull());
    expect(((await box()) as HTMLTextAreaElement).value).toBe("half a thought");
    expect(document.activeElement).toBe(article);
  });

  it("leave out what cannot be forwarded", async () => {
    const { person } = await field();
    await row("The car is booked for half past five.");
    await person.keyboard("s");
    const boxes = (await within(await history()).findAllByRole("checkbox")) as HTMLInputElement[];
    expect(boxes.some((one) => one.disabled)).toBe(true);
  });
});

describe("a thread", () => {
  it("is opened, written in, and counted at its head", async () => {
    const { person, server } = await field();
    const article = await row(/谁负责带钥匙/);
    await person.click(within(article).getByRole("button", { name: /3 replies/ }));
    const pane = await screen.findByRole("complementary", { name: "Thread" });
    expect(await within(pane).findByText("Perfect, thank you both.")).toBeTruthy();
    await person.type(within(pane).getByRole("textbox"), "Good.{Enter}");
    expect(await within(article).findByText("4 replies")).toBeTruthy();
    await expectAccessible();
    expect(chatOf(server).messages.at(-1)?.body).not.toMatchObject({ text: "Good." });
  });

  it("keeps what is begun in it, apart from its chat", async () => {
    const { person, server } = await field();
    const article = await row(/谁负责带钥匙/);
    await person.click(within(article).getByRole("button", { name: /3 replies/ }));
    const pane = await screen.findByRole("complementary", { name: "Thread" });
    await person.type(within(pane).getByRole("textbox"), "Begun");
    const root = chatOf(server).messages.find((message) => message.replies)?.id;
    const kept = () => server.state.drafts.get(`${chatOf(server).id}/${root}`);
    await waitFor(() => expect(kept()).toBe("Begun"), { timeout: 3000 });
    expect(server.state.drafts.get(chatOf(server).id)).toBeUndefined();
  });

  it("does not count as unread in its chat, but among the threads", async () => {
    const { server } = await open({ at: "/chats/oc_design" });
    const chat = chatOf(server);
    const root = chat.messages.find((message) => message.replies)?.id;
    await screen.findByText("1 thread with something new");
    await act(async () => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      server.state.threadOf(chat, root ?? "").read.set("u_lin", 3);
      server.state.say(chat, { author: "u_sam", text: "One more thing", thread: root });
    });
    const link = screen.getByRole("link", { name: /^野外季/ });
    await waitFor(() => expect(within(link).queryByText(/unread message/)).toBeNull());
    expect(await screen.findByText("1 thread with something new")).toBeTruthy();
  });
});

describe("files", () => {
  it("go with a message, in parts, again after a failure", async () => {
    const { person, server } = await field((mock) => mock.failNext("/parts/0", 503, "gate.fault", "Not now"));
    await history();
    const input = document.querySelector("input[type=file]") as HTMLInputElement;
    await person.upload(input, [new File(["some bytes"], "notes.txt", { type: "text/plain" })]);
    const tray = await screen.findByRole("list", { name: "Files of the message" });
    expect(within(tray).getByTitle("notes.txt")).toBeTruthy();
    await waitFor(() => expect(within(tray).queryByRole("progressbar")).toBeNull(), { timeout: 5000 });
    await expectAccessible();
    await person.click(screen.getByRole("button", { name: "Send" }));
    await waitFor(() => {
      const said = chatOf(server).messages.at(-1);
      expect(said?.kind === "text" && said.body.files.map((file) => file.name)).toEqual(["notes.txt"]);
    });
    expect(screen.queryByRole("list", { name: "Files of the message" })).toBeNull();
  });

  it("are taken off before they are sent", async () => {
    const { person, server } = await field();
    await history();
    fireEvent.drop((await history()).parentElement as Element, {
      dataTransfer: { types: ["Files"], files: [new File(["x"], "wrong.txt")] },
    });
    await person.click(await screen.findByRole("button", { name: "Remove wrong.txt" }));
    expect(screen.queryByText("wrong.txt")).toBeNull();
    await waitFor(() => expect([...server.state.uploads.values()]).toEqual([]));
  });

  it("are looked at one after the other", async () => {
    const { person } = await field();
    await person.click(await screen.findByRole("button", { name: "Open pier.jpg" }));
    expect(await screen.findByRole("dialog", { name: "Picture pier.jpg" })).toBeTruthy();
    await person.keyboard("{ArrowRight}");
    expect(await screen.findByRole("dialog", { name: "Picture north-ridge.jpg" })).toBeTruthy();
    await expectAccessible();
  });
});

describe("a group", () => {
  it("is led: rules, roles, requests", async () => {
    const { person, server } = await open({ at: "/chats/oc_field?details=true&tab=settings" });
    await person.click(await screen.findByRole("button", { name: "Let in Rayan Haddad" }));
    await waitFor(() => expect(chatOf(server).members).toContain("u_ray"));
    await person.selectOptions(screen.getByLabelText("Who writes"), "managers");
    await waitFor(() => expect(chatOf(server).settings.posting).toBe("managers"));
    await person.click(screen.getByRole("tab", { name: "About" }));
    await person.click(await screen.findByRole("button", { name: "Actions for 王建国" }));
    await person.click(await screen.findByRole("menuitem", { name: "Make manager" }));
    await waitFor(() => expect([...chatOf(server).managers]).toContain("u_wang"));
  });

  it("is closed to who may only read", async () => {
    await open({
      at: "/chats/oc_field",
      as: "u_ida",
      prepare: ({ state }) => {
        Object.assign(state.chats.get("oc_field")?.settings ?? {}, { posting: "managers" });
      },
    });
    expect(await screen.findByText("Only the owner and managers write here.")).toBeTruthy();
  });

  it("is joined from the list of public groups", async () => {
    const { person, router } = await open({ at: "/chats/browse" });
    await person.click(await screen.findByRole("button", { name: /^Join 摄影/ }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/chats/oc_open"));
  });

  it("is asked for where joining needs approval, and the request is taken back", async () => {
    const { person, server } = await open({ at: "/chats/browse", as: "u_liu" });
    await person.click(await screen.findByRole("button", { name: /^Ask to join 野外季/ }));
    await waitFor(() => expect([...chatOf(server).requests.keys()]).toContain("u_liu"));
    await person.click(await screen.findByRole("button", { name: /^Take back/ }));
    await waitFor(() => expect([...chatOf(server).requests.keys()]).not.toContain("u_liu"));
  });

  it("is disbanded once its name is typed", async () => {
    const { person, server } = await open({ at: "/chats/oc_field?details=true&tab=settings" });
    await person.click(await screen.findByRole("button", { name: "Disband the group" }));
    const dialog = await screen.findByRole("dialog", { name: "Disband the group" });
    await person.type(within(dialog).getByLabelText("Type the name of the group"), "野外季");
    await person.click(within(dialog).getByRole("button", { name: "Disband" }));
    expect(await within(dialog).findByText("This is not the name of the group.")).toBeTruthy();
    await person.type(within(dialog).getByLabelText("Type the name of the group"), " Field season{Enter}");
    await waitFor(() => expect(server.state.chats.has("oc_field")).toBe(false));
  });
});

describe("what came from another messenger", () => {
  const brought = ({ state }: MockServer) => {
    const chat = state.chats.get("oc_field");
    if (!chat) return;
    const said = state.addMessage(chat, { author: "u_nobody", text: "The old pier is closed." });
    Object.assign(said, { imported: { source: "slack", author_name: "Petra Nordin" }, pinned: true });
    chat.pins.unshift(said.id);
    state.addMessage(chat, { author: "u_lin", text: "Until when?", quote: quoteOf(chat.messages, said.id) });
    state.addMessage(chat, { author: "u_lin", text: "Still?", thread: said.id });
    state.threadOf(chat, said.id).followers.add("u_lin");
  };

  it("has its author's name where it is pinned", async () => {
    await open({ at: "/chats/oc_field?details=true&tab=pins", prepare: brought });
    const panel = await screen.findByRole("tabpanel");
    expect(await within(panel).findByText("Petra Nordin")).toBeTruthy();
    expect(within(panel).queryByText("Somebody")).toBeNull();
  });

  it("has it above an answer", async () => {
    await field(brought);
    const answer = await row("Until when?");
    expect(within(answer).getByText("Petra Nordin")).toBeTruthy();
  });

  it("has it where threads are listed", async () => {
    await open({ at: "/chats/threads", prepare: brought });
    expect(await screen.findByText(/Petra Nordin: The old pier/)).toBeTruthy();
  });
});

describe("a card", () => {
  it("is answered once what is needed is there", async () => {
    const { person, server } = await field();
    await row("The car is booked for half past five.");
    const card = await screen.findByRole("region", { name: /Boat on Thursday/ });
    await person.click(within(card).getByRole("button", { name: "I am coming" }));
    expect(within(card).getByText("This is needed.")).toBeTruthy();
    await person.selectOptions(within(card).getByLabelText("Lunch"), "rice");
    await person.click(within(card).getByRole("button", { name: "I am coming" }));
    expect(await within(card).findByText(/You answered “I am coming”/)).toBeTruthy();
    const said = chatOf(server).messages.find((message) => message.kind === "card");
    expect(said?.answer?.answer.values).toEqual({ meal: ["rice"] });
  });

  it("shows what was answered on another device", async () => {
    const { server } = await field();
    await row("The car is booked for half past five.");
    const card = await screen.findByRole("region", { name: /Boat on Thursday/ });
    const said = chatOf(server).messages.find((message) => message.kind === "card");
    if (!said) throw new Error("there is no card");
    const answer = { button: "yes", values: { meal: ["bread"] } };
    said.answer = { answer, answered_at: server.state.at() };
    act(() => server.state.tell({ type: "notice", notice: "answer", chat: said.chat, number: said.number }));
    expect(await within(card).findByText(/You answered “I am coming”/)).toBeTruthy();
    expect(within(card).getByLabelText<HTMLSelectElement>("Lunch").value).toBe("bread");
  });

  it("shows its pictures, which open as large as the window", async () => {
    const { person } = await field();
    await row("The car is booked for half past five.");
    const card = await screen.findByRole("region", { name: /Boat on Thursday/ });
    await person.click(within(card).getByRole("button", { name: /The boat at the north pier/ }));
    expect(await screen.findByRole("dialog", { name: /boat\.jpg/ })).toBeTruthy();
  });

  it("says in words what is not given out", async () => {
    await field((server) => {
      const card = chatOf(server).messages.find((message) => message.kind === "card");
      if (card?.kind === "card") card.body.files = [];
    });
    await row("The car is booked for half past five.");
    const card = await screen.findByRole("region", { name: /Boat on Thursday/ });
    expect(within(card).getByText(/The boat at the north pier/)).toBeTruthy();
  });
});

describe("quiet hours", () => {
  it("are begun and ended from one's own menu", async () => {
    const { person, server } = await open({ at: "/chats" });
    await person.click(await screen.findByRole("button", { name: "Your account" }));
    await person.click(await screen.findByRole("menuitem", { name: "Do not disturb" }));
    await person.click(await screen.findByRole("button", { name: "For an hour" }));
    await waitFor(() => expect(server.state.quietUntil).not.toBeNull());
    expect(await screen.findByRole("img", { name: "Quiet" })).toBeTruthy();
  });
});
