-- Of which rows of the drop did any check say something?
--
-- reads   age_verdicts (row_number BIGINT)    who was captured too long ago, or after the import
-- reads   cooldown_verdicts (row_number BIGINT)    who is left in peace
-- reads   dnc_verdicts (row_number BIGINT)    what the do-not-call lists say
-- reads   duplicate_verdicts (row_number BIGINT)    what the duplicate check says
-- reads   shared_rows (row_number BIGINT)    rows with the number of a switchboard
-- returns (row_number BIGINT)    one row per row and check, in no order
SELECT row_number FROM age_verdicts
UNION ALL
SELECT row_number FROM cooldown_verdicts
UNION ALL
SELECT row_number FROM dnc_verdicts
UNION ALL
SELECT row_number FROM duplicate_verdicts
UNION ALL
SELECT row_number FROM shared_rows;
