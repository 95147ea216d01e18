-- Which numbers of the drop stand on a do-not-call list that this import checks?
--
-- reads   dnc_found (row_number BIGINT, slot VARCHAR, value BIGINT)    numbers of the drop that stand on any list
-- reads   dnc (value BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE)    the do-not-call entries
-- reads   dnc_loads (load_id BIGINT, category VARCHAR)    the loads, of which the newest of a category is its version
-- reads   run (import_date DATE, dnc_categories VARCHAR[])    this import
-- returns (row_number BIGINT, slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, load_id BIGINT)    one row per number found, under the category that the template names first
WITH versions AS (
    SELECT
        category,
        max(load_id) AS load_id
    FROM dnc_loads
    GROUP BY category
),

found AS (
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
    found.row_number,
    found.slot,
    found.category,
    found.source,
    found.listed_on,
    versions.load_id
FROM found
LEFT JOIN versions ON found.category = versions.category
QUALIFY row_number() OVER (PARTITION BY found.row_number, found.slot ORDER BY found.rank, found.listed_on, found.source) = 1
ORDER BY found.row_number, found.slot;
