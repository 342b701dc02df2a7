import type { Problem } from "./types";

/**
 * An answer that is not a success.
 *
 * `code` is stable and is what the interface translates. Two codes are our own:
 * `client.offline` when no answer came at all, and `client.unreadable` when an
 * answer was not the JSON we agreed on.
 */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly reference: string;
  readonly field: string | undefined;
  readonly retryAfterS: number | undefined;

  constructor(problem: Partial<Problem> & { code: string; status: number }) {
    super(problem.title ?? problem.code);
    this.name = "ApiError";
    this.code = problem.code;
    this.status = problem.status;
    this.reference = problem.reference ?? "";
    this.field = problem.field;
    this.retryAfterS = problem.retry_after_s;
  }

  /** Whether the same request may well succeed later without being changed. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export function isApiError(error: unknown): error is ApiError {
  return error instanceof ApiError;
}

/** Whether the server is sealed: it answers nothing but what it takes to unseal it. */
export function isSealed(error: unknown): boolean {
  return isApiError(error) && error.code === "kms.sealed";
}

/** Reads problem+json, and makes the best of a body that is something else. */
export async function problemOf(answer: Response): Promise<ApiError> {
  try {
    const body = (await answer.json()) as Partial<Problem>;
    if (typeof body.code === "string") {
      return new ApiError({ ...body, code: body.code, status: answer.status });
    }
  } catch {
    // Not JSON: a proxy's page, most likely. The status still says something.
  }
  const reference = answer.headers.get("X-Request-Id") ?? "";
  return new ApiError({ code: "client.unreadable", status: answer.status, reference });
}
