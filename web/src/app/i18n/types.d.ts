import type { catalogue } from "./en";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "app";
    // The English catalogue is the measure: a key that is not in it does not compile.
    resources: typeof catalogue;
  }
}
