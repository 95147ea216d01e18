-- Which numbers between two bounds does a list of numbers alone hold?
--
-- reads   staged (value BIGINT)    the rows of the list
-- reads   bounds (low BIGINT, high BIGINT)    from which value, and up to which one
-- returns (value BIGINT, listed_on DATE, expires_on DATE, is_removal BOOLEAN)    one row per number, in no order
SELECT DISTINCT
    staged.value,
    NULL::DATE AS listed_on,
    NULL::DATE AS expires_on,
    FALSE AS is_removal
FROM staged
CROSS JOIN bounds
WHERE staged.value >= bounds.low AND staged.value < bounds.high;
