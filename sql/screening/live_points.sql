-- Which contact points of the drop take part in the search for duplicates?
--
-- reads   kept_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    what the do-not-call check left
-- reads   dnc_verdicts (row_number BIGINT, is_rejected BOOLEAN)    what became of rows with a number on a list
-- reads   shared_phones (value BIGINT)    numbers of switchboards
-- reads   run (dedupe_keys VARCHAR[])    this import
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    one row per contact point, in no order
WITH refused AS (
    SELECT row_number
    FROM dnc_verdicts
    WHERE is_rejected
)

SELECT
    kept_points.row_number,
    kept_points.slot,
    kept_points.kind,
    kept_points.value
FROM kept_points
CROSS JOIN run
ANTI JOIN refused ON kept_points.row_number = refused.row_number
ANTI JOIN shared_phones ON kept_points.value = shared_phones.value
WHERE list_contains(run.dedupe_keys, CASE WHEN kept_points.kind = 3 THEN 'email' ELSE 'phone' END);
