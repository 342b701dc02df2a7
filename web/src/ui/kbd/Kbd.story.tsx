import { Kbd } from "./Kbd";

export const title = "Kbd";

export const Combination = () => <Kbd keys="Mod+K" />;
