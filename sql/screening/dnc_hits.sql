-- Which numbers of the drop stand on a do-not-call list that this import checks?
--
-- reads   dnc_found (row_number BIGINT, slot VARCHAR, value BIGINT)    numbers of the drop that stand on any list
-- reads   dnc (value BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE)    the do-not-call entries
-- reads   run (import_date DATE, dnc_categories VARCHAR[])    this import
-- returns (row_number BIGINT, slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE)    one row per number found, under the category that the template names first
WITH found AS (
    SELECT
        dnc_found.row_number,
        dnc_found.slot,
        dnc.category,
        dnc.source,
        dnc.listed_on,
        list_position(run.dnc_categories, dnc.category) AS rank
    FROM dnc_found
    INNER JOIN dnc ON dnc_found.value = dnc.value
    CROSS JOIN run
    WHERE
        list_contains(run.dnc_categories, dnc.category)
        AND (dnc.expires_on IS NULL OR dnc.expires_on >= run.import_date)
)

SELECT
    row_number,
    slot,
    category,
    source,
    listed_on
FROM found
QUALIFY row_number() OVER (PARTITION BY found.row_number, slot ORDER BY rank, listed_on, source) = 1
ORDER BY row_number, slot;
