-- Which numbers of the drop stand on a do-not-call list that this import checks?
--
-- reads   dnc_found (row_number BIGINT, slot VARCHAR, terms_id BIGINT)    numbers of the drop that stand on any list
-- reads   dnc_terms (terms_id BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE)    what entries of a list have in common
-- reads   dnc_prefixed (row_number BIGINT, slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE)    numbers of the drop that begin with a prefix on any list
-- reads   dnc_unwashed (row_number BIGINT, slot VARCHAR, category VARCHAR)    numbers of the drop that would have to be washed
-- reads   dnc_rules (category VARCHAR, clock_days INTEGER)    after how many days entries bind
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

entries AS (
    SELECT
        dnc_found.row_number,
        dnc_found.slot,
        dnc_terms.category,
        dnc_terms.source,
        dnc_terms.listed_on,
        dnc_terms.expires_on,
        dnc_terms.clock_from
    FROM dnc_found
    INNER JOIN dnc_terms ON dnc_found.terms_id = dnc_terms.terms_id
    UNION ALL
    SELECT
        dnc_prefixed.row_number,
        dnc_prefixed.slot,
        dnc_prefixed.category,
        dnc_prefixed.source,
        dnc_prefixed.listed_on,
        dnc_prefixed.expires_on,
        dnc_prefixed.clock_from
    FROM dnc_prefixed
    UNION ALL
    SELECT
        dnc_unwashed.row_number,
        dnc_unwashed.slot,
        dnc_unwashed.category,
        'not washed' AS source,
        NULL::DATE AS listed_on,
        NULL::DATE AS expires_on,
        NULL::DATE AS clock_from
    FROM dnc_unwashed
),

found AS (
    SELECT
        entries.row_number,
        entries.slot,
        entries.category,
        entries.source,
        entries.listed_on,
        versions.load_id,
        list_position(run.dnc_categories, entries.category) AS rank
    FROM entries
    CROSS JOIN run
    LEFT JOIN versions ON entries.category = versions.category
    LEFT JOIN dnc_rules ON entries.category = dnc_rules.category
    WHERE
        list_contains(run.dnc_categories, entries.category)
        AND (entries.expires_on IS NULL OR entries.expires_on >= run.import_date)
        AND coalesce(entries.clock_from + dnc_rules.clock_days <= run.import_date, TRUE)
)

SELECT
    row_number,
    slot,
    category,
    source,
    listed_on,
    load_id
FROM found
QUALIFY row_number() OVER (PARTITION BY found.row_number, slot ORDER BY rank, listed_on, source) = 1
ORDER BY row_number, slot;
