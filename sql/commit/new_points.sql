-- By what can the leads be recognised that the drop brings?
--
-- reads   drop_points (row_number BIGINT, slot VARCHAR, value BIGINT)    the contact points of the drop
-- reads   dnc_hits (row_number BIGINT, slot VARCHAR)    numbers that were taken off: drop after drop brings them again, and would meet them
-- reads   verdicts (row_number BIGINT, fate VARCHAR, lead_id BIGINT)    what becomes of the rows
-- returns (value BIGINT, lead_id BIGINT)    one row per contact point, in no order
SELECT
    drop_points.value,
    verdicts.lead_id
FROM drop_points
ANTI JOIN dnc_hits ON drop_points.row_number = dnc_hits.row_number AND drop_points.slot = dnc_hits.slot
INNER JOIN verdicts ON drop_points.row_number = verdicts.row_number
WHERE verdicts.fate = 'created';
