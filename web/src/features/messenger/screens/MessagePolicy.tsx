import { useQuery } from "@tanstack/react-query";
import { AdministratorsOnly } from "@/features/people/public";
import { Answer } from "../parts/keeping/Answer";
import { Retention } from "../parts/keeping/Retention";
import { Windows } from "../parts/keeping/Windows";
import { policyQuery } from "../queries";

/** What the organisation allows in its chats, and for how long it keeps what is said there. */
export function MessagePolicy() {
  return (
    <AdministratorsOnly>
      <Policy />
    </AdministratorsOnly>
  );
}

function Policy() {
  const policy = useQuery(policyQuery);
  return (
    <Answer query={policy}>
      {(data) => (
        <>
          <Windows policy={data} />
          <Retention policy={data} />
        </>
      )}
    </Answer>
  );
}
