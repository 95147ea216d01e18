-- Which entries does the list end?
--
-- reads   slice (value BIGINT, is_removal BOOLEAN)    what the list says of each number
-- reads   standing (value BIGINT, terms_id BIGINT, load_id BIGINT)    the entries of the category, of a full list all of them
-- reads   load (mode VARCHAR)    this load
-- returns (value BIGINT, terms_id BIGINT, load_id BIGINT)    one row per entry, in no order
SELECT
    standing.value,
    standing.terms_id,
    standing.load_id
FROM standing
CROSS JOIN load
LEFT JOIN slice ON standing.value = slice.value
WHERE
    CASE load.mode
        WHEN 'full' THEN coalesce(slice.is_removal, TRUE)
        WHEN 'removal' THEN slice.value IS NOT NULL
        WHEN 'wash' THEN NOT slice.is_removal
        ELSE slice.is_removal
    END;
