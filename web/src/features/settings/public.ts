export { SETTINGS_PAGES, type SettingsPage } from "./pages";
