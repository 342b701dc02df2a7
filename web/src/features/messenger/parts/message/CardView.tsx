import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type CardElement, type Message, type ShownCard, type StoredFile } from "@/api";
import { useFormat } from "@/app/format";
import { whenSignedOut } from "@/app/session";
import { patchMessage } from "@/live";
import { Button, Dialog, SelectField, TextArea, TextField } from "@/ui";
import { isPicture } from "../files/Attachments";
import { FileCard } from "../files/FileCard";
import { Tile } from "../files/ImageGrid";
import { useTalk } from "../talkContext";
import { MessageText } from "../text/MessageText";
import { useAttempt } from "../useAttempt";
import styles from "./card.module.css";

type Values = Record<string, string[]>;
type PressElement = Extract<CardElement, { element: "button" }>;
type ImageElement = Extract<CardElement, { element: "image" }>;

/** What was put in and not sent: rows out of sight are taken down, and come back with it. */
const begun = new Map<string, Values>();
whenSignedOut(() => begun.clear());

/** A message that asks: texts, pictures, fields, inputs, and buttons that send what was put in to whoever sent the card. */
export function CardView({ message, shown }: { message: Message; shown: ShownCard }) {
  const { card, files } = shown;
  const { t } = useTranslation("talk");
  const client = useQueryClient();
  const attempt = useAttempt();
  const format = useFormat();
  const [typed, setTyped] = useState(() => begun.get(message.id) ?? null);
  const [missing, setMissing] = useState<string[]>([]);
  const [asking, setAsking] = useState<PressElement | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const buttons = card.elements.filter((one): one is PressElement => one.element === "button");
  const answered = buttons.find((one) => one.id === message.answer?.answer.button);

  const values = typed ?? message.answer?.answer.values ?? {};

  const put = (id: string, value: string[]) => {
    const next = { ...values, [id]: value };
    begun.set(message.id, next);
    setTyped(next);
  };
  const send = async (button: PressElement) => {
    setAsking(null);
    setBusy(button.id);
    await attempt(async () => {
      const answer = await api.put("/chats/{chat}/messages/{message}/answer", {
        path: { chat: message.chat, message: message.id },
        body: { answer: { button: button.id, values } },
      });
      begun.delete(message.id);
      setTyped(null);
      patchMessage(client, message.chat, message.id, (held) => ({ ...held, answer }));
    });
    setBusy(null);
  };
  const press = (button: PressElement) => {
    const open = card.elements.flatMap((one) =>
      "required" in one && one.required && !values[one.id]?.some(Boolean) ? one.id : [],
    );
    setMissing(open);
    if (open.length > 0) return;
    if (button.confirm) setAsking(button);
    else void send(button);
  };

  return (
    <section className={styles.card} data-tone={card.tone} aria-label={card.title ?? card.fallback}>
      {card.title && <h3 className={styles.title}>{card.title}</h3>}
      {card.elements.map((element, index) => {
        const key = "id" in element ? element.id : `${element.element}-${index}`;
        if (element.element === "button") return null;
        if (element.element === "image")
          return <CardImage key={key} chat={message.chat} files={files} image={element} />;
        return (
          <ElementView
            key={key}
            element={element}
            value={"id" in element ? (values[element.id] ?? []) : []}
            missing={"id" in element && missing.includes(element.id)}
            closed={card.closed}
            onValue={put}
          />
        );
      })}
      {buttons.length > 0 && (
        <div className={styles.buttons}>
          {buttons.map((button) => (
            <Button
              key={button.id}
              size="small"
              look={button.tone === "danger" ? "danger" : button.tone === "accent" ? "primary" : "outline"}
              busy={busy === button.id}
              aria-pressed={button === answered}
              disabledReason={card.closed ? t("card.closed") : undefined}
              onClick={() => press(button)}
            >
              {button.label}
            </Button>
          ))}
        </div>
      )}
      {message.answer && answered && (
        <p className={styles.note}>
          {t("card.answered", { answer: answered.label, when: format.ago(message.answer.answered_at) })}
        </p>
      )}
      {card.closed && <p className={styles.note}>{t("card.closed")}</p>}
      {asking && (
        <Dialog title={asking.label} closeLabel={t("close")} onClose={() => setAsking(null)} size="small">
          <p>{asking.confirm}</p>
          <div className={styles.buttons}>
            <Button onClick={() => setAsking(null)} data-autofocus>
              {t("cancel")}
            </Button>
            <Button look="primary" onClick={() => void send(asking)}>
              {asking.label}
            </Button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

interface ImageProps {
  chat: string;
  files: readonly StoredFile[];
  image: ImageElement;
}

/** A picture of a card; what it shows in words where there is none to look at. */
function CardImage({ chat, files, image }: ImageProps) {
  const { show } = useTalk();
  const file = files.find((one) => one.id === image.file);
  if (!file) return <p className={styles.note}>{image.alt}</p>;
  if (!isPicture(file)) return <FileCard chat={chat} file={file} />;
  const pictures = files.filter(isPicture);
  return (
    <Tile
      chat={chat}
      file={file}
      label={image.alt}
      alone
      onOpen={() => show({ kind: "viewer", files: pictures, at: pictures.indexOf(file) })}
    />
  );
}

interface ElementProps {
  element: Exclude<CardElement, PressElement | ImageElement>;
  value: string[];
  missing: boolean;
  closed: boolean;
  onValue(id: string, value: string[]): void;
}

function ElementView({ element, value, missing, closed, onValue }: ElementProps) {
  const { t } = useTranslation("talk");
  const error = missing ? t("card.missing") : undefined;
  switch (element.element) {
    case "text":
      return <MessageText text={element.text} />;
    case "divider":
      return <hr className={styles.divider} />;
    case "fields":
      return (
        <dl className={styles.fields}>
          {element.fields.map((field) => (
            <div key={field.label}>
              <dt>{field.label}</dt>
              <dd>
                <MessageText text={field.text} />
              </dd>
            </div>
          ))}
        </dl>
      );
    case "text_input":
    case "date_input": {
      const input = {
        label: element.label,
        value: value[0] ?? "",
        error,
        required: element.required,
        disabled: closed,
        maxLength: 2000,
        onText: (text: string) => onValue(element.id, text ? [text] : []),
      };
      if (element.element === "text_input" && element.multiline) return <TextArea {...input} rows={3} />;
      return <TextField {...input} type={element.element === "date_input" ? "date" : "text"} />;
    }
    case "select":
      return element.multiple ? (
        <Choices {...{ element, value, error, closed, onValue }} />
      ) : (
        <SelectField
          label={element.label}
          value={value[0] ?? ""}
          error={error}
          disabled={closed}
          onPick={(picked) => onValue(element.id, picked ? [picked] : [])}
          options={[{ value: "", label: t("card.choose") }, ...element.options]}
        />
      );
  }
}

interface ChoicesProps {
  element: Extract<CardElement, { element: "select" }>;
  value: string[];
  error: string | undefined;
  closed: boolean;
  onValue(id: string, value: string[]): void;
}

function Choices({ element, value, error, closed, onValue }: ChoicesProps) {
  const id = useId();
  return (
    <fieldset className={styles.choices} aria-describedby={error ? id : undefined}>
      <legend>{element.label}</legend>
      {element.options.map((option) => (
        <label key={option.value}>
          <input
            type="checkbox"
            disabled={closed}
            checked={value.includes(option.value)}
            onChange={(event) =>
              onValue(
                element.id,
                event.currentTarget.checked
                  ? [...value, option.value]
                  : value.filter((one) => one !== option.value),
              )
            }
          />
          {option.label}
        </label>
      ))}
      {error && (
        <p id={id} className={styles.error}>
          {error}
        </p>
      )}
    </fieldset>
  );
}
