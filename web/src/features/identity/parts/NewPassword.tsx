import { useTranslation } from "react-i18next";
import { PasswordField } from "@/ui";
import { PASSWORD_LENGTH_MIN } from "../commands";

interface Props {
  label: string;
  name: string;
  value: string;
  error: string | undefined;
  onText(text: string): void;
  onBlur(): void;
}

export function NewPassword(props: Props) {
  const { t } = useTranslation("identity");
  return (
    <PasswordField
      {...props}
      autoComplete="new-password"
      hint={t("password.hint", { count: PASSWORD_LENGTH_MIN })}
      showLabel={t("password.show")}
      hideLabel={t("password.hide")}
      required
    />
  );
}

export function CurrentPassword(props: Props) {
  const { t } = useTranslation("identity");
  return (
    <PasswordField
      {...props}
      autoComplete="current-password"
      showLabel={t("password.show")}
      hideLabel={t("password.hide")}
      required
    />
  );
}
