-- Which entries that stand already does the list change: when they expire, or from when their clock runs?
--
-- reads   slice (value BIGINT, listed_on DATE, expires_on DATE, is_removal BOOLEAN)    what the list says of each number
-- reads   standing (value BIGINT, terms_id BIGINT, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE, load_id BIGINT)    the entries of the category
-- reads   load (load_id BIGINT, category VARCHAR, mode VARCHAR)    this load
-- returns (value BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE, load_id BIGINT, old_terms_id BIGINT, old_load_id BIGINT)    one row per entry as it is to be, in no order; a list that only adds never shortens one
WITH both_sides AS (
    SELECT
        standing.value,
        load.category,
        standing.source,
        standing.listed_on,
        load.load_id,
        standing.terms_id AS old_terms_id,
        standing.load_id AS old_load_id,
        standing.expires_on AS old_expires_on,
        standing.clock_from AS old_clock_from,
        CASE
            WHEN load.mode <> 'add' THEN slice.expires_on
            WHEN slice.expires_on IS NULL OR standing.expires_on IS NULL THEN NULL
            ELSE greatest(slice.expires_on, standing.expires_on)
        END AS expires_on,
        CASE WHEN standing.clock_from IS NOT NULL THEN least(standing.clock_from, slice.listed_on) END AS clock_from
    FROM standing
    INNER JOIN slice ON standing.value = slice.value
    CROSS JOIN load
    WHERE NOT slice.is_removal AND load.mode IN ('add', 'changes', 'full')
)

SELECT
    value,
    category,
    source,
    listed_on,
    expires_on,
    clock_from,
    load_id,
    old_terms_id,
    old_load_id
FROM both_sides
WHERE expires_on IS DISTINCT FROM old_expires_on OR clock_from IS DISTINCT FROM old_clock_from;
