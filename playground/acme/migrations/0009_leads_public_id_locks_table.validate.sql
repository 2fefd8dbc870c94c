-- A row is a failure: an id in a link must mean one lead.
SELECT public_id AS id_given_twice FROM leads GROUP BY public_id HAVING count(*) > 1 LIMIT 10;
