-- Which numbers stand on so many rows of the drop that they are no person's: those of switchboards?
--
-- reads   kept_points (row_number BIGINT, kind UTINYINT, value BIGINT)    what the do-not-call check left
-- reads   dnc_verdicts (row_number BIGINT, is_rejected BOOLEAN)    what became of rows with a number on a list
-- reads   run (shared_phone_above INTEGER)    this import
-- returns (value BIGINT, rows BIGINT)    one row per number that more rows have than the template allows; rows that are rejected by then do not count
WITH refused AS (
    SELECT row_number
    FROM dnc_verdicts
    WHERE is_rejected
)

SELECT
    kept_points.value,
    count(DISTINCT kept_points.row_number) AS rows
FROM kept_points
ANTI JOIN refused ON kept_points.row_number = refused.row_number
WHERE kept_points.kind IN (1, 2)
GROUP BY kept_points.value
HAVING count(DISTINCT kept_points.row_number) > (SELECT run.shared_phone_above FROM run)
ORDER BY kept_points.value;
