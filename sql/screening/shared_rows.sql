-- Which rows of the drop have the number of a switchboard?
--
-- reads   kept_points (row_number BIGINT, slot VARCHAR, value BIGINT)    what the do-not-call check left
-- reads   dnc_verdicts (row_number BIGINT, is_rejected BOOLEAN)    what became of rows with a number on a list
-- reads   shared_phones (value BIGINT, rows BIGINT)    numbers of switchboards
-- returns (row_number BIGINT, detail VARCHAR)    one row per row that has any and is not rejected by then
WITH refused AS (
    SELECT row_number
    FROM dnc_verdicts
    WHERE is_rejected
)

SELECT
    kept_points.row_number,
    string_agg(kept_points.slot || ' on ' || shared_phones.rows || ' rows', '; ' ORDER BY kept_points.slot) AS detail
FROM kept_points
INNER JOIN shared_phones ON kept_points.value = shared_phones.value
ANTI JOIN refused ON kept_points.row_number = refused.row_number
GROUP BY kept_points.row_number
ORDER BY kept_points.row_number;
