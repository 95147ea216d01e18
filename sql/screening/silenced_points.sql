-- Which contact points of the drop take no part in the search for duplicates?
--
-- reads   drop_points (row_number BIGINT, slot VARCHAR, value BIGINT)    the contact points of the drop
-- reads   dnc_hits (row_number BIGINT, slot VARCHAR)    numbers that were taken off
-- reads   dnc_verdicts (row_number BIGINT, is_rejected BOOLEAN)    what became of rows with a number on a list
-- reads   shared_phones (value BIGINT)    numbers of switchboards
-- returns (row_number BIGINT, slot VARCHAR)    one row per contact point, in no order
WITH refused AS (
    SELECT row_number
    FROM dnc_verdicts
    WHERE is_rejected
)

SELECT
    row_number,
    slot
FROM dnc_hits
UNION
SELECT
    drop_points.row_number,
    drop_points.slot
FROM drop_points
SEMI JOIN refused ON drop_points.row_number = refused.row_number
UNION
SELECT
    drop_points.row_number,
    drop_points.slot
FROM drop_points
SEMI JOIN shared_phones ON drop_points.value = shared_phones.value;
