import { IconMessages } from "../icons";
import { EmptyState } from "./EmptyState";

export const title = "EmptyState";

export const Quiet = () => (
  <EmptyState icon={<IconMessages size={24} />} title="No chats yet" text="Write to a colleague." />
);

export const Failed = () => (
  <EmptyState tone="danger" icon={<IconMessages size={24} />} title="Could not be loaded" />
);
