-- Which contact points of the drop take part in the search for duplicates?
--
-- reads   drop_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT, text VARCHAR)    the contact points of the drop
-- reads   dnc_hits (row_number BIGINT, slot VARCHAR)    numbers that were taken off
-- reads   dnc_verdicts (row_number BIGINT, is_rejected BOOLEAN)    what became of their rows
-- reads   run (dedupe_keys VARCHAR[])    this import
-- returns (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT, text VARCHAR)    one row per contact point
SELECT
    drop_points.row_number,
    drop_points.slot,
    drop_points.kind,
    drop_points.value,
    drop_points.text
FROM drop_points
CROSS JOIN run
ANTI JOIN dnc_hits ON drop_points.row_number = dnc_hits.row_number AND drop_points.slot = dnc_hits.slot
ANTI JOIN (SELECT row_number FROM dnc_verdicts WHERE is_rejected) AS refused
    ON drop_points.row_number = refused.row_number
WHERE list_contains(run.dedupe_keys, CASE WHEN drop_points.kind = 3 THEN 'email' ELSE 'phone' END)
ORDER BY drop_points.row_number, drop_points.slot;
