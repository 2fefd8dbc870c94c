/** Calls people who do not look at Slack. */
export interface Pager {
  /** What people know it by: `PagerDuty`. Holds no secret. */
  readonly name: string;
  /**
   * Opens an incident, or adds to the open one of the same key. Null when it was taken; otherwise a sentence why nobody was called.
   * `summary` is one line; `details` are shown beside it. Neither may hold data of the database.
   */
  page(request: { key: string; summary: string; details: Readonly<Record<string, string>> }): Promise<string | null>;
  /** Closes the incident of that key; one that is closed stays so. */
  close(key: string): Promise<string | null>;
}
