-- Which numbers of the drop has no wash found free lately enough, where a category asks for that?
--
-- reads   drop_points (row_number BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the contact points of the drop
-- reads   dnc_washed (value BIGINT, category VARCHAR, washed_on DATE)    numbers that washes found free
-- reads   dnc_rules (category VARCHAR, wash_days INTEGER)    how fresh categories have to be
-- reads   run (import_date DATE, dnc_categories VARCHAR[])    this import
-- returns (row_number BIGINT, slot VARCHAR, category VARCHAR)    one row per number and category, in no order
SELECT
    drop_points.row_number,
    drop_points.slot,
    dnc_rules.category
FROM dnc_rules
INNER JOIN run ON list_contains(run.dnc_categories, dnc_rules.category)
INNER JOIN drop_points ON drop_points.kind IN (1, 2) AND dnc_rules.wash_days IS NOT NULL
LEFT JOIN dnc_washed
    ON
        drop_points.value = dnc_washed.value
        AND dnc_rules.category = dnc_washed.category
        AND run.import_date <= dnc_washed.washed_on + dnc_rules.wash_days
WHERE dnc_washed.value IS NULL;
