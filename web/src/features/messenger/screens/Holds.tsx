import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { AdministratorsOnly } from "@/features/people/public";
import { Button, EmptyState, IconGavel, IconPlus, Section } from "@/ui";
import { holdsQuery } from "../keeping";
import { Answer } from "../parts/keeping/Answer";
import { HoldItem } from "../parts/keeping/HoldItem";
import { PlaceHold } from "../parts/keeping/PlaceHold";

/** What is kept whatever its time, until somebody releases it. */
export function Holds() {
  return (
    <AdministratorsOnly>
      <HoldList />
    </AdministratorsOnly>
  );
}

function HoldList() {
  const { t } = useTranslation("keeping");
  const holds = useInfiniteQuery(holdsQuery);
  const [placing, setPlacing] = useState(false);
  const place = (
    <Button look="primary" icon={<IconPlus size={16} />} onClick={() => setPlacing(true)}>
      {t("hold.place")}
    </Button>
  );
  return (
    <Answer query={holds}>
      {({ pages }) => {
        const all = pages.flatMap((page) => page.items);
        return (
          <>
            <Section title={t("hold.title")} text={t("hold.text")} aside={place}>
              {all.length === 0 ? (
                <EmptyState
                  icon={<IconGavel size={24} />}
                  title={t("hold.empty")}
                  text={t("hold.empty_text")}
                />
              ) : (
                <ul>
                  {all.map((hold) => (
                    <HoldItem key={hold.id} hold={hold} />
                  ))}
                </ul>
              )}
              {holds.hasNextPage && (
                <Button busy={holds.isFetchingNextPage} onClick={() => void holds.fetchNextPage()}>
                  {t("more")}
                </Button>
              )}
            </Section>
            {placing && <PlaceHold onClose={() => setPlacing(false)} />}
          </>
        );
      }}
    </Answer>
  );
}
