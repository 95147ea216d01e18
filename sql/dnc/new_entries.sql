-- Which entries does the list bring that do not stand yet?
--
-- reads   slice (value BIGINT, listed_on DATE, is_removal BOOLEAN, expires_on DATE)    what the list says of each number
-- reads   standing (value BIGINT)    the entries of the category
-- reads   load (load_id BIGINT, category VARCHAR, source VARCHAR, as_of DATE, not_before DATE, mode VARCHAR)    this load; `not_before` is the date of the list before, null for the first
-- returns (value BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE, load_id BIGINT)    one row per entry; of a wash what it found listed
SELECT
    slice.value,
    load.category,
    load.source,
    coalesce(slice.listed_on, load.as_of) AS listed_on,
    slice.expires_on,
    coalesce(slice.listed_on, load.not_before) AS clock_from,
    load.load_id
FROM slice
CROSS JOIN load
ANTI JOIN standing ON slice.value = standing.value
WHERE CASE load.mode WHEN 'removal' THEN FALSE WHEN 'wash' THEN slice.is_removal ELSE NOT slice.is_removal END
ORDER BY slice.value;
