import { useTranslation } from "react-i18next";
import {
  IconBold,
  IconButton,
  IconCode,
  IconItalic,
  IconLink,
  IconList,
  IconListNumbers,
  IconQuote,
  IconSourceCode,
  IconStrikethrough,
  keyNames,
} from "@/ui";
import styles from "./composer.module.css";
import type { Format } from "./format";

const BUTTONS: { format: Format; Icon: typeof IconBold; keys?: string }[] = [
  { format: "strong", Icon: IconBold, keys: "Mod+B" },
  { format: "emphasis", Icon: IconItalic, keys: "Mod+I" },
  { format: "strike", Icon: IconStrikethrough, keys: "Mod+Shift+X" },
  { format: "code", Icon: IconCode, keys: "Mod+E" },
  { format: "link", Icon: IconLink, keys: "Mod+K" },
  { format: "quote", Icon: IconQuote, keys: "Mod+Shift+9" },
  { format: "bullets", Icon: IconList, keys: "Mod+Shift+8" },
  { format: "numbers", Icon: IconListNumbers, keys: "Mod+Shift+7" },
  { format: "fence", Icon: IconSourceCode },
];

export function FormatBar({ onFormat }: { onFormat(format: Format): void }) {
  const { t } = useTranslation("talk");
  return (
    <div className={styles.formats} role="toolbar" aria-label={t("format.label")}>
      {BUTTONS.map(({ format, Icon, keys }) => (
        <IconButton
          key={format}
          size="small"
          tooltipSide="top"
          label={t(`format.${format}`)}
          keys={keys && keyNames(keys).join(" ")}
          // The selection in the box must stay.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onFormat(format)}
        >
          <Icon size={16} />
        </IconButton>
      ))}
    </div>
  );
}
