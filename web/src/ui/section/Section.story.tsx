import { Button } from "../button/Button";
import { Actions, Section, Stack } from "./Section";

export const title = "Section";

export const Plain = () => (
  <Section title="Password" text="Changing it ends other sessions.">
    <Stack>
      <Actions>
        <Button>Change</Button>
      </Actions>
    </Stack>
  </Section>
);
