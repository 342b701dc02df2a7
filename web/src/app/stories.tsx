/** Every story on one page, in the mock build: `/stories.html`. */

import { createRoot } from "react-dom/client";
import "@/ui/base.css";
import { Section } from "@/ui";
import { followTheme } from "./theme";

type Stories = Record<string, string | (() => React.ReactNode)>;

const all = import.meta.glob<Stories>("/src/ui/*/*.story.tsx", { eager: true });

followTheme();
const place = document.getElementById("root");
if (place) {
  createRoot(place).render(
    <main style={{ maxWidth: 720, margin: "0 auto", padding: 24 }}>
      <h1>Stories</h1>
      {Object.entries(all).map(([path, { title, ...stories }]) => (
        <Section key={path} title={String(title)}>
          {Object.entries(stories)
            // A dialog would cover all others.
            .filter(([name]) => name !== "Framed")
            .map(([name, Story]) => (
              <figure key={name}>
                <figcaption style={{ color: "var(--text-quiet)" }}>{name}</figcaption>
                {typeof Story === "function" ? <Story /> : null}
              </figure>
            ))}
        </Section>
      ))}
    </main>,
  );
}
