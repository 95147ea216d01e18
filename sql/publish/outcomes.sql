-- What each outcome code of the dialler means.
--
-- reads   outcomes (outcome VARCHAR, is_contact BOOLEAN, is_right_party BOOLEAN, is_sale BOOLEAN, is_unworkable BOOLEAN, is_bad_number BOOLEAN)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (outcome VARCHAR, is_contact BOOLEAN, is_right_party BOOLEAN, is_sale BOOLEAN, is_unworkable BOOLEAN, is_bad_number BOOLEAN)    one row per code, in capitals
SELECT
    outcomes.outcome,
    outcomes.is_contact,
    outcomes.is_right_party,
    outcomes.is_sale,
    outcomes.is_unworkable,
    outcomes.is_bad_number
FROM outcomes
CROSS JOIN part
ORDER BY outcomes.outcome;
