-- How does each do-not-call category stand: its versions, how old it is, and by when it has to be renewed?
--
-- reads   dnc_loads (load_id BIGINT, category VARCHAR, as_of DATE, mode VARCHAR, loaded_at TIMESTAMPTZ)    the loads
-- reads   dnc_rules (category VARCHAR, max_age_days INTEGER, clock_days INTEGER, wash_days INTEGER)    how fresh it has to be
-- reads   asked (category VARCHAR)    categories that are in question, loaded or not
-- reads   today (day DATE)    the day of the calls
-- returns (category VARCHAR, version BIGINT, loads BIGINT, as_of DATE, loaded_at TIMESTAMPTZ, age_days BIGINT, max_age_days INTEGER, clock_days INTEGER, wash_days INTEGER, due_on DATE, is_stale BOOLEAN)    one row per category; stale where a rule asks for a list that is too old or was never loaded; a removal renews nothing
WITH loads AS (
    SELECT
        category,
        max(load_id) AS version,
        count(*) AS loads,
        max(as_of) FILTER (WHERE mode <> 'removal') AS as_of,
        max(loaded_at) AS loaded_at
    FROM dnc_loads
    GROUP BY category
),

categories AS (
    SELECT category FROM asked
    UNION
    SELECT category FROM loads
    UNION
    SELECT category FROM dnc_rules
)

SELECT
    categories.category,
    loads.version,
    coalesce(loads.loads, 0) AS loads,
    loads.as_of,
    loads.loaded_at,
    today.day - loads.as_of AS age_days,
    dnc_rules.max_age_days,
    dnc_rules.clock_days,
    dnc_rules.wash_days,
    (loads.as_of + dnc_rules.max_age_days)::DATE AS due_on,
    coalesce(
        dnc_rules.category IS NOT NULL
        AND (loads.as_of IS NULL OR loads.as_of + dnc_rules.max_age_days < today.day),
        FALSE
    ) AS is_stale
FROM categories
CROSS JOIN today
LEFT JOIN loads ON categories.category = loads.category
LEFT JOIN dnc_rules ON categories.category = dnc_rules.category
ORDER BY categories.category;
