-- Whose people has a supplier delivered again, and who delivered them first?
--
-- reads   imports (import_id VARCHAR, status VARCHAR, supplier VARCHAR, rows_received BIGINT)    every import; the upper bits of a lead's id are those of the import that made it
-- reads   import_rows (import_id VARCHAR, met STRUCT(slot VARCHAR, lead_id BIGINT, row_number BIGINT, other_slot VARCHAR, scope VARCHAR, action VARCHAR))    every row of every import, with the lead that it met
-- returns (supplier VARCHAR, first_supplier VARCHAR, rows BIGINT, leads BIGINT, share DOUBLE)    one row per pair of suppliers, or of one with itself; leads are those met, share is of the rows that the later one sent
WITH sources AS (
    SELECT
        supplier,
        ('0x' || left(sha256(import_id), 9))::BIGINT AS lead_bits
    FROM imports
),

received AS (
    SELECT
        supplier,
        sum(rows_received) AS rows_received
    FROM imports
    WHERE status = 'completed'
    GROUP BY supplier
),

meetings AS (
    SELECT
        imports.supplier,
        import_rows.met.lead_id
    FROM import_rows
    INNER JOIN imports ON import_rows.import_id = imports.import_id AND imports.status = 'completed'
    WHERE import_rows.met.lead_id IS NOT NULL
)

SELECT
    meetings.supplier,
    sources.supplier AS first_supplier,
    count(*) AS rows,
    count(DISTINCT meetings.lead_id) AS leads,
    count(*) / nullif(any_value(received.rows_received), 0) AS share
FROM meetings
INNER JOIN sources ON meetings.lead_id >> 27 = sources.lead_bits
INNER JOIN received ON meetings.supplier = received.supplier
GROUP BY meetings.supplier, sources.supplier
ORDER BY meetings.supplier ASC, share DESC, first_supplier ASC;
