export { PeoplePicker } from "./parts/PeoplePicker";
export { accountQuery, accountsQuery, pictureOf, useNames, usePerson, usePrimeNames } from "./queries";
