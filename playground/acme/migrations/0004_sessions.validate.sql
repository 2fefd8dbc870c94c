-- A row is a failure.
SELECT count(*) AS malformed_hashes FROM sessions WHERE octet_length(token_hash) <> 32 HAVING count(*) > 0;
