import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { checkStories } from "../checkStories";
import { PasswordField, TextField } from "./Field";
import * as stories from "./Field.story";

checkStories(stories);

it("ties the error to the field", () => {
  render(<TextField label="Mail" value="" onText={() => {}} error="Wrong" />);
  const field = screen.getByLabelText("Mail");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(document.getElementById(field.getAttribute("aria-describedby") ?? "")?.textContent).toBe("Wrong");
});

it("shows a password on request", () => {
  render(<PasswordField label="Password" value="x" onText={() => {}} showLabel="Show" hideLabel="Hide" />);
  fireEvent.click(screen.getByRole("button", { name: "Show" }));
  expect(screen.getByLabelText("Password").getAttribute("type")).toBe("text");
});
