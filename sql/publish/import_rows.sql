-- Every row of one import: its fate, why, and its lead.
--
-- reads   import_rows (import_id VARCHAR, row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], raw_cells JSON, lead_id BIGINT, met STRUCT(slot VARCHAR, lead_id BIGINT, row_number BIGINT, other_slot VARCHAR, scope VARCHAR, action VARCHAR), listed STRUCT(slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, load_id BIGINT)[], points BIGINT[])    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (import_id VARCHAR, row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], raw_cells JSON, lead_id BIGINT, met STRUCT(slot VARCHAR, lead_id BIGINT, row_number BIGINT, other_slot VARCHAR, scope VARCHAR, action VARCHAR), listed STRUCT(slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, load_id BIGINT)[], points BIGINT[])    one row per row of the drop
SELECT
    import_rows.import_id,
    import_rows.row_number,
    import_rows.line_number,
    import_rows.fate,
    import_rows.code,
    import_rows.detail,
    import_rows.warnings,
    import_rows.raw_cells,
    import_rows.lead_id,
    import_rows.met,
    import_rows.listed,
    import_rows.points
FROM import_rows
CROSS JOIN part
WHERE import_rows.import_id = part.part
ORDER BY import_rows.import_id, import_rows.row_number;
