-- Which entries does a list of numbers alone bring to a category that is empty?
--
-- reads   sorted_values (value BIGINT)    the numbers, each once, in their order
-- reads   load (load_id BIGINT, category VARCHAR, source VARCHAR, as_of DATE, not_before DATE)    this load
-- returns (kind UTINYINT, value BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE, load_id BIGINT)    one row per entry, in no order but that of the numbers
SELECT
    (CASE WHEN sorted_values.value < 3000000000000000000 THEN 1 ELSE 2 END)::UTINYINT AS kind,
    sorted_values.value,
    load.category,
    load.source,
    load.as_of AS listed_on,
    NULL::DATE AS expires_on,
    load.not_before AS clock_from,
    load.load_id
FROM sorted_values
CROSS JOIN load;
