import app from "./app.json";
import identity from "./identity.json";
import messenger from "./messenger.json";
import people from "./people.json";
import refusals from "./refusals.json";
import settings from "./settings.json";

export const catalogue = { app, identity, messenger, people, refusals, settings };
