-- Which entries of the category may a slice of the list concern?
--
-- reads   slice (value BIGINT)    what the list says of each number
-- reads   bounds (low BIGINT, high BIGINT)    from which value the slice goes, and up to which one
-- reads   load (category VARCHAR, mode VARCHAR)    this load
-- reads   dnc_entries (value BIGINT, terms_id BIGINT)    the do-not-call entries
-- reads   dnc_terms (terms_id BIGINT, category VARCHAR, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE, load_id BIGINT)    what they have in common
-- returns (value BIGINT, terms_id BIGINT, source VARCHAR, listed_on DATE, expires_on DATE, clock_from DATE, load_id BIGINT)    one row per entry, in no order; of a full list all between the bounds
WITH concerned AS (
    SELECT
        dnc_entries.value,
        dnc_entries.terms_id
    FROM dnc_entries
    SEMI JOIN slice ON dnc_entries.value = slice.value
    CROSS JOIN load
    WHERE load.mode <> 'full'
    UNION ALL
    SELECT
        dnc_entries.value,
        dnc_entries.terms_id
    FROM dnc_entries
    CROSS JOIN bounds
    CROSS JOIN load
    WHERE dnc_entries.value >= bounds.low AND dnc_entries.value < bounds.high AND load.mode = 'full'
)

SELECT
    concerned.value,
    concerned.terms_id,
    dnc_terms.source,
    dnc_terms.listed_on,
    dnc_terms.expires_on,
    dnc_terms.clock_from,
    dnc_terms.load_id
FROM concerned
INNER JOIN dnc_terms ON concerned.terms_id = dnc_terms.terms_id
INNER JOIN load ON dnc_terms.category = load.category;
