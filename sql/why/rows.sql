-- What is known of the rows in question, and of the imports that brought them?
--
-- reads   found_rows (import_id VARCHAR, row_number BIGINT)    the rows in question
-- reads   import_rows (import_id VARCHAR, row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], lead_id BIGINT, met STRUCT(slot VARCHAR, lead_id BIGINT, row_number BIGINT, other_slot VARCHAR, scope VARCHAR, action VARCHAR), listed STRUCT(slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, load_id BIGINT)[])    every row of every import
-- reads   imports (import_id VARCHAR, sequence BIGINT, status VARCHAR, file VARCHAR, template VARCHAR, supplier VARCHAR, list VARCHAR, import_date DATE, started_at TIMESTAMPTZ, user VARCHAR)    the imports
-- returns (import_id VARCHAR, status VARCHAR, file VARCHAR, template VARCHAR, supplier VARCHAR, list VARCHAR, import_date DATE, started_at TIMESTAMPTZ, user VARCHAR, row_number BIGINT, line_number BIGINT, fate VARCHAR, code VARCHAR, detail VARCHAR, warnings VARCHAR[], lead_id BIGINT, met STRUCT(slot VARCHAR, lead_id BIGINT, row_number BIGINT, other_slot VARCHAR, scope VARCHAR, action VARCHAR), listed STRUCT(slot VARCHAR, category VARCHAR, source VARCHAR, listed_on DATE, load_id BIGINT)[])    one row per row, in order of time
SELECT
    imports.import_id,
    imports.status,
    imports.file,
    imports.template,
    imports.supplier,
    imports.list,
    imports.import_date,
    imports.started_at,
    imports."user",
    import_rows.row_number,
    import_rows.line_number,
    import_rows.fate,
    import_rows.code,
    import_rows.detail,
    import_rows.warnings,
    import_rows.lead_id,
    import_rows.met,
    import_rows.listed
FROM found_rows
INNER JOIN import_rows ON found_rows.import_id = import_rows.import_id AND found_rows.row_number = import_rows.row_number
INNER JOIN imports ON import_rows.import_id = imports.import_id
ORDER BY imports.sequence, import_rows.row_number;
