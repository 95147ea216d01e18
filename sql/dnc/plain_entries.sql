-- Which entries does a list of numbers alone bring?
--
-- reads   sorted_values (value BIGINT)    the numbers that do not stand yet, each once, in their order
-- reads   load_terms (terms_id BIGINT)    what they have in common
-- returns (value BIGINT, terms_id BIGINT)    one row per entry, in no order but that of the numbers
SELECT
    sorted_values.value,
    load_terms.terms_id
FROM sorted_values
CROSS JOIN load_terms;
