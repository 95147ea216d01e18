-- What does a list of numbers alone say of each, in the shape of a list that says more?
--
-- reads   sorted_values (value BIGINT)    the numbers between two bounds, each once, in their order
-- returns (value BIGINT, listed_on DATE, expires_on DATE, is_removal BOOLEAN)    one row per number, in no order but theirs
SELECT
    value,
    NULL::DATE AS listed_on,
    NULL::DATE AS expires_on,
    FALSE AS is_removal
FROM sorted_values;
