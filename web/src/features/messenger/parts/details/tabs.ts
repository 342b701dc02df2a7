export type DetailsTab = "about" | "files" | "pins" | "settings";
