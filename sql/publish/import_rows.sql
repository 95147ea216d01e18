-- Every row of one import: its fate, why, and its lead.
--
-- reads   import_rows (import_id VARCHAR, row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], raw_cells JSON, lead_id BIGINT)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (import_id VARCHAR, row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], raw_cells JSON, lead_id BIGINT)    one row per row of the drop
SELECT
    import_rows.import_id,
    import_rows.row_number,
    import_rows.line_number,
    import_rows.fate,
    import_rows.code,
    import_rows.detail,
    import_rows.warnings,
    import_rows.raw_cells,
    import_rows.lead_id
FROM import_rows
CROSS JOIN part
WHERE import_rows.import_id = part.part
ORDER BY import_rows.row_number;
