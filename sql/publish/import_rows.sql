-- Every row of some imports: its fate, why, and its lead.
--
-- reads   part_rows (import_id VARCHAR, row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], raw_cells JSON, lead_id BIGINT, lead_base BIGINT)    the imports' rows
-- returns (place BIGINT, import_id VARCHAR, row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], raw_cells JSON, lead_id BIGINT)    one row per row of the drop, in no order; no two have the same place
SELECT
    part_rows.lead_base + part_rows.row_number AS place,
    part_rows.import_id,
    part_rows.row_number,
    part_rows.line_number,
    part_rows.fate,
    part_rows.code,
    part_rows.detail,
    part_rows.warnings,
    part_rows.raw_cells,
    part_rows.lead_id
FROM part_rows;
