import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { AdministratorsOnly } from "@/features/people/public";
import { Button, EmptyState, IconDatabaseImport, IconRefresh, Section } from "@/ui";
import { importsQuery } from "../keeping";
import { Answer } from "../parts/keeping/Answer";
import { HowToImport } from "../parts/keeping/HowToImport";
import { ImportItem } from "../parts/keeping/ImportItem";

/** What was brought from other messengers, and how more is brought. */
export function Imports() {
  return (
    <AdministratorsOnly>
      <ImportList />
    </AdministratorsOnly>
  );
}

function ImportList() {
  const { t } = useTranslation("keeping");
  const imports = useQuery(importsQuery);
  const again = (
    <Button icon={<IconRefresh size={16} />} busy={imports.isFetching} onClick={() => void imports.refetch()}>
      {t("import.refresh")}
    </Button>
  );
  return (
    <Answer query={imports}>
      {({ items }) => (
        <>
          <Section title={t("import.title")} text={t("import.text")} aside={items.length > 0 ? again : null}>
            {items.length === 0 ? (
              <EmptyState
                icon={<IconDatabaseImport size={24} />}
                title={t("import.empty")}
                text={t("import.empty_text")}
              />
            ) : (
              <ul>
                {items.toReversed().map((one) => (
                  <ImportItem key={one.id} brought={one} />
                ))}
              </ul>
            )}
          </Section>
          <HowToImport />
        </>
      )}
    </Answer>
  );
}
