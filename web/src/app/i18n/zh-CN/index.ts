import app from "./app.json";
import exports from "./exports.json";
import groups from "./groups.json";
import identity from "./identity.json";
import keeping from "./keeping.json";
import messenger from "./messenger.json";
import people from "./people.json";
import refusals from "./refusals.json";
import settings from "./settings.json";
import talk from "./talk.json";
import vault from "./vault.json";

export const catalogue = {
  app,
  exports,
  groups,
  identity,
  keeping,
  messenger,
  people,
  refusals,
  settings,
  talk,
  vault,
};
