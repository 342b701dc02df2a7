import { useQuery } from "@tanstack/react-query";
import { AdministratorsOnly } from "@/features/people/public";
import { quotaQuery } from "../keeping";
import { Allowance } from "../parts/keeping/Allowance";
import { Answer } from "../parts/keeping/Answer";
import { Usage } from "../parts/keeping/Usage";

/** How much the organisation keeps in files, and how much it may. */
export function Storage() {
  return (
    <AdministratorsOnly>
      <Room />
    </AdministratorsOnly>
  );
}

function Room() {
  const quota = useQuery(quotaQuery);
  return (
    <Answer query={quota}>
      {(data) => (
        <>
          <Usage quota={data} />
          <Allowance quota={data} />
        </>
      )}
    </Answer>
  );
}
