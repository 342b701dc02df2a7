export { AdministratorsOnly } from "./parts/AdministratorsOnly";
export { CopyLink } from "./parts/CopyLink";
export { PeoplePicker } from "./parts/PeoplePicker";
export { accountQuery, accountsQuery, pictureOf, useNames, usePerson, usePrimeNames } from "./queries";
