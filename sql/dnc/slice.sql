-- What does the list say last of each number between two bounds?
--
-- reads   staged (value BIGINT, listed_on DATE, expires_on DATE, is_removal BOOLEAN, place BIGINT)    the rows of the list
-- reads   bounds (low BIGINT, high BIGINT)    from which value, and up to which one
-- returns (value BIGINT, listed_on DATE, expires_on DATE, is_removal BOOLEAN)    one row per number, in no order; the first date listed, the last expiry, where null is never
SELECT
    staged.value,
    min(staged.listed_on) FILTER (WHERE staged.is_removal IS NOT TRUE) AS listed_on,
    CASE
        WHEN bool_or(staged.expires_on IS NULL) FILTER (WHERE staged.is_removal IS NOT TRUE) THEN NULL
        ELSE max(staged.expires_on) FILTER (WHERE staged.is_removal IS NOT TRUE)
    END AS expires_on,
    arg_max(coalesce(staged.is_removal, FALSE), coalesce(staged.place, 0)) AS is_removal
FROM staged
CROSS JOIN bounds
WHERE staged.value >= bounds.low AND staged.value < bounds.high
GROUP BY staged.value;
