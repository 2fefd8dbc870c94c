DROP INDEX CONCURRENTLY leads_newest_first_idx;
