-- Which numbers of some leads may not be called on a day, by the categories that these are held against?
--
-- reads   met_points (lead_id BIGINT, slot VARCHAR, kind UTINYINT, value BIGINT)    the numbers in question
-- reads   lead_checks (lead_id BIGINT, category VARCHAR)    against which categories each lead is held
-- reads   dnc_entries (value BIGINT, terms_id BIGINT)    the do-not-call entries
-- reads   dnc_terms (terms_id BIGINT, category VARCHAR, expires_on DATE, clock_from DATE)    what they have in common
-- reads   dnc_prefixes (prefix BIGINT, digits UTINYINT, category VARCHAR, expires_on DATE, clock_from DATE)    the prefixes
-- reads   dnc_washed (value BIGINT, category VARCHAR, washed_on DATE)    numbers that washes found free
-- reads   dnc_rules (category VARCHAR, clock_days INTEGER, wash_days INTEGER)    how fresh categories have to be
-- reads   rescreening (day DATE)    the day of the calls
-- returns (lead_id BIGINT, slot VARCHAR, value BIGINT, category VARCHAR)    one row per number and category, in no order
WITH numbers AS (
    SELECT DISTINCT
        met_points.value,
        (CASE WHEN met_points.kind = 2 THEN met_points.value - 3000000000000000000 ELSE met_points.value END)::VARCHAR AS digits
    FROM met_points
),

entries AS (
    SELECT
        numbers.value,
        dnc_terms.category,
        dnc_terms.expires_on,
        dnc_terms.clock_from
    FROM numbers
    INNER JOIN dnc_entries ON numbers.value = dnc_entries.value
    INNER JOIN dnc_terms ON dnc_entries.terms_id = dnc_terms.terms_id
    UNION ALL
    SELECT
        numbers.value,
        dnc_prefixes.category,
        dnc_prefixes.expires_on,
        dnc_prefixes.clock_from
    FROM numbers
    INNER JOIN dnc_prefixes ON starts_with(numbers.digits, dnc_prefixes.prefix::VARCHAR)
    WHERE dnc_prefixes.digits <= length(numbers.digits)
),

bound AS (
    SELECT
        entries.value,
        entries.category
    FROM entries
    CROSS JOIN rescreening
    LEFT JOIN dnc_rules ON entries.category = dnc_rules.category
    WHERE
        (entries.expires_on IS NULL OR entries.expires_on >= rescreening.day)
        AND coalesce(entries.clock_from + dnc_rules.clock_days <= rescreening.day, TRUE)
),

found AS (
    SELECT
        value,
        category
    FROM bound
    UNION
    SELECT
        numbers.value,
        dnc_rules.category
    FROM numbers
    CROSS JOIN rescreening
    INNER JOIN dnc_rules ON dnc_rules.wash_days IS NOT NULL
    LEFT JOIN dnc_washed
        ON
            numbers.value = dnc_washed.value
            AND dnc_rules.category = dnc_washed.category
            AND rescreening.day <= dnc_washed.washed_on + dnc_rules.wash_days
    WHERE dnc_washed.value IS NULL
)

SELECT DISTINCT
    met_points.lead_id,
    met_points.slot,
    met_points.value,
    lead_checks.category
FROM met_points
INNER JOIN lead_checks ON met_points.lead_id = lead_checks.lead_id
INNER JOIN found
    ON met_points.value = found.value AND lead_checks.category = found.category;
