-- Why were a supplier's rows not loaded, how often, and which rows show it?
--
-- reads   imports (import_id VARCHAR, status VARCHAR, supplier VARCHAR, rows_received BIGINT)    every import
-- reads   import_rows (import_id VARCHAR, row_number BIGINT, fate VARCHAR, code VARCHAR, raw_cells JSON)    every row of every import
-- returns (supplier VARCHAR, fate VARCHAR, code VARCHAR, rows BIGINT, share DOUBLE, samples STRUCT(import_id VARCHAR, row_number BIGINT, cells VARCHAR)[])    one row per supplier, fate and code; share is of the rows received; samples are three rows at most, what was in a cell masked but for two characters
WITH received AS (
    SELECT
        supplier,
        sum(rows_received) AS rows_received
    FROM imports
    WHERE status = 'completed'
    GROUP BY supplier
),

reasons AS (
    SELECT
        imports.supplier,
        import_rows.fate,
        import_rows.code,
        count(*) AS rows,
        min({'import_id': import_rows.import_id, 'row_number': import_rows.row_number, 'cells': import_rows.raw_cells}, 3) AS samples
    FROM import_rows
    INNER JOIN imports ON import_rows.import_id = imports.import_id AND imports.status = 'completed'
    WHERE import_rows.fate IN ('rejected', 'quarantined')
    GROUP BY imports.supplier, import_rows.fate, import_rows.code
),

shown AS (
    SELECT
        supplier,
        fate,
        code,
        rows,
        unnest(samples) AS sample
    FROM reasons
)

SELECT
    shown.supplier,
    shown.fate,
    shown.code,
    shown.rows,
    shown.rows / nullif(received.rows_received, 0) AS share,
    list({
        'import_id': shown.sample.import_id,
        'row_number': shown.sample.row_number,
        'cells': regexp_replace(shown.sample.cells::VARCHAR, ':"((?:[^"\\]|\\.){0,2})(?:[^"\\]|\\.)*"', ':"\1••••"', 'g')
    } ORDER BY shown.sample) AS samples
FROM shown
INNER JOIN received ON shown.supplier = received.supplier
GROUP BY shown.supplier, shown.fate, shown.code, shown.rows, received.rows_received
ORDER BY shown.supplier ASC, shown.rows DESC, shown.fate ASC, shown.code ASC;
