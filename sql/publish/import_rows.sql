-- Every row of one import: its fate, why, and its lead.
--
-- reads   part_rows (import_id VARCHAR, row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], raw_cells JSON, lead_id BIGINT, met STRUCT(slot VARCHAR, lead_id BIGINT, row_number BIGINT, other_slot VARCHAR, scope VARCHAR, action VARCHAR), listed STRUCT(slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, load_id BIGINT)[], points BIGINT[])    the import's rows
-- returns (import_id VARCHAR, row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], raw_cells JSON, lead_id BIGINT, met STRUCT(slot VARCHAR, lead_id BIGINT, row_number BIGINT, other_slot VARCHAR, scope VARCHAR, action VARCHAR), listed STRUCT(slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, load_id BIGINT)[], points BIGINT[])    one row per row of the drop, in no order
SELECT
    part_rows.import_id,
    part_rows.row_number,
    part_rows.line_number,
    part_rows.fate,
    part_rows.code,
    part_rows.detail,
    part_rows.warnings,
    part_rows.raw_cells,
    part_rows.lead_id,
    part_rows.met,
    part_rows.listed,
    part_rows.points
FROM part_rows;
