-- By what can the leads be recognised that the drop brings? With numbers that may not be called: more does no harm.
--
-- reads   drop_points (row_number BIGINT, value BIGINT)    the contact points of the drop
-- reads   verdicts (row_number BIGINT, fate VARCHAR, lead_id BIGINT)    what becomes of the rows
-- returns (value BIGINT, lead_id BIGINT)    one row per contact point, in no order
SELECT
    drop_points.value,
    verdicts.lead_id
FROM drop_points
INNER JOIN verdicts ON drop_points.row_number = verdicts.row_number
WHERE verdicts.fate = 'created';
