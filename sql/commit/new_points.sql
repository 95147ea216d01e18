-- By what can the leads be recognised that the drop brings?
--
-- reads   kept_points (row_number BIGINT, value BIGINT)    the contact points of the drop that may be called
-- reads   verdicts (row_number BIGINT, fate VARCHAR, lead_id BIGINT)    what becomes of the rows
-- returns (value BIGINT, lead_id BIGINT)    one row per contact point, in no order
SELECT
    kept_points.value,
    verdicts.lead_id
FROM kept_points
INNER JOIN verdicts ON kept_points.row_number = verdicts.row_number
WHERE verdicts.fate = 'created';
