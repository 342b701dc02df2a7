import { PasswordField, SelectField, TextArea, TextField } from "./Field";

export const title = "Field";

export const Plain = () => (
  <TextField label="Name" value="Ana" onText={() => {}} hint="As colleagues know you." />
);

export const Wrong = () => (
  <TextField label="Mail address" value="ana" onText={() => {}} error="This is not a mail address." />
);

export const Lines = () => (
  <TextArea label="Note" value={"Two lines,\nand room for more."} rows={3} onText={() => {}} />
);

export const Password = () => (
  <PasswordField label="Password" value="secret" onText={() => {}} showLabel="Show" hideLabel="Hide" />
);

export const Select = () => (
  <SelectField
    label="Role"
    value="member"
    onPick={() => {}}
    options={[{ value: "member", label: "Member" }]}
  />
);
