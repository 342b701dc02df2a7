import { useTranslation } from "react-i18next";
import { useForm } from "@/app/form";
import { Problem } from "@/app/refusals";
import { useMe } from "@/app/session";
import { Actions, Button, Dialog, Stack, TextField } from "@/ui";
import { type Bounds, DAYS_MOST, keptDays, shortened } from "../../keeping";
import styles from "./keeping.module.css";
import { useSpan } from "./useSpan";

interface Props {
  before: Bounds;
  after: Bounds;
  onClose(): void;
  onSure(): Promise<void>;
}

const ASKED = { usual: null, greatest: DAYS_MOST, least: 1 } as const;

/** A shorter time deletes what is there, for everybody and for good: the organisation's name has to be typed. */
export function Shorten({ before, after, onClose, onSure }: Props) {
  const { t } = useTranslation("keeping");
  const { days } = useSpan();
  const organisation = useMe()?.tenant.name ?? "";
  const form = useForm({
    initial: { name: "" },
    check: ({ name }) => ({ name: name.trim() === organisation ? undefined : t("shorten_differs") }),
    submit: onSure,
  });
  return (
    <Dialog title={t("shorten_title")} closeLabel={t("close")} onClose={onClose}>
      <form {...form.props}>
        <Stack>
          <ul className={styles.bullets}>
            {shortened(before, after).map((which) => (
              <li key={which}>
                {t(`shorten.${which}`, { span: days(keptDays(after, ASKED[which]) ?? DAYS_MOST) })}
              </li>
            ))}
          </ul>
          <p>{t("shorten_text")}</p>
          <Problem error={form.failure} />
          <TextField
            {...form.field("name")}
            label={t("shorten_type", { name: organisation })}
            autoComplete="off"
          />
          <Actions align="end">
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button type="submit" look="danger" busy={form.busy}>
              {t("shorten_submit")}
            </Button>
          </Actions>
        </Stack>
      </form>
    </Dialog>
  );
}
