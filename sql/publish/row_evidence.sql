-- What is to be known of the rows of some imports besides, where there is anything?
--
-- reads   part_row_evidence (row_number BIGINT, lead_base BIGINT, met STRUCT(slot VARCHAR, lead_id BIGINT, row_number BIGINT, other_slot VARCHAR, scope VARCHAR, action VARCHAR), listed STRUCT(slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, load_id BIGINT)[], points BIGINT[])    the evidence
-- returns (place BIGINT, met STRUCT(slot VARCHAR, lead_id BIGINT, row_number BIGINT, other_slot VARCHAR, scope VARCHAR, action VARCHAR), listed STRUCT(slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, load_id BIGINT)[], points BIGINT[])    one row per row that has any; place is that row's in publish/import_rows
SELECT
    part_row_evidence.lead_base + part_row_evidence.row_number AS place,
    part_row_evidence.met,
    part_row_evidence.listed,
    part_row_evidence.points
FROM part_row_evidence
ORDER BY place;
