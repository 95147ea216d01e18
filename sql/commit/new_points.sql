-- By what can the leads be recognised that the drop brings?
--
-- reads   kept_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop that may be called
-- reads   verdicts (row_number BIGINT, fate VARCHAR, lead_id BIGINT)    what becomes of the rows
-- reads   run (list_id BIGINT)    this import
-- returns (kind UTINYINT, value BIGINT, lead_id BIGINT, list_id BIGINT, slot VARCHAR)    one row per contact point
SELECT
    kept_points.kind,
    kept_points.value,
    verdicts.lead_id,
    run.list_id,
    kept_points.slot
FROM kept_points
INNER JOIN verdicts ON kept_points.row_number = verdicts.row_number
CROSS JOIN run
WHERE verdicts.fate = 'created'
ORDER BY kept_points.value, verdicts.lead_id, kept_points.slot;
