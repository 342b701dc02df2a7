import type { Chat } from "@/api";
import type { TalkDialog } from "../talkContext";
import { Forward } from "./Forward";
import { History } from "./History";
import { Reactors } from "./Reactors";
import { Readers } from "./Readers";
import { Recall } from "./Recall";
import { Viewer } from "./Viewer";

interface Props {
  dialog: TalkDialog;
  chat: Chat;
  onClose(): void;
}

/** Whatever a message opens in front of the page. */
export function TalkDialogs({ dialog, chat, onClose }: Props) {
  switch (dialog.kind) {
    case "history":
      return <History message={dialog.message} onClose={onClose} />;
    case "readers":
      return <Readers message={dialog.message} onClose={onClose} />;
    case "reactors":
      return <Reactors message={dialog.message} onClose={onClose} />;
    case "recall":
      return <Recall message={dialog.message} onClose={onClose} />;
    case "forward":
      return <Forward messages={dialog.messages} onSent={dialog.onSent} onClose={onClose} />;
    case "viewer":
      return <Viewer chat={chat.id} files={dialog.files} at={dialog.at} onClose={onClose} />;
  }
}
