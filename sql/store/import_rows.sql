-- What became of every row of every import?
--
-- reads   single_rows (import_id VARCHAR, row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], raw_cells JSON, lead_id BIGINT, lead_base BIGINT)    rows of which anything is said, and all of small imports
-- reads   row_spans (import_id VARCHAR, lead_base BIGINT, first_row BIGINT, first_line BIGINT, rows BIGINT)    rows that follow one another and merely made leads
-- returns (import_id VARCHAR, row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], raw_cells JSON, lead_id BIGINT, lead_base BIGINT)    one row per row of an import, in no order
SELECT
    import_id,
    row_number,
    line_number,
    fate,
    code,
    detail,
    warnings,
    raw_cells,
    lead_id,
    lead_base
FROM single_rows
UNION ALL
SELECT
    import_id,
    unnest(range(first_row, first_row + rows)) AS row_number,
    row_number - first_row + first_line AS line_number,
    'created' AS fate,
    NULL AS code,
    NULL AS detail,
    [] AS warnings,
    NULL AS raw_cells,
    lead_base + row_number AS lead_id,
    lead_base
FROM row_spans;
