-- Which rows have the contact point that is asked about, or made, changed or met the leads that have or had it?
--
-- reads   asked (kind VARCHAR, value BIGINT)    one row: what is asked about
-- reads   found_leads (lead_id BIGINT)    the leads
-- reads   import_rows (import_id VARCHAR, row_number BIGINT, lead_id BIGINT, points BIGINT[])    every row of every import
-- returns (import_id VARCHAR, row_number BIGINT)    one row per row
SELECT
    import_rows.import_id,
    import_rows.row_number
FROM import_rows
SEMI JOIN found_leads ON import_rows.lead_id = found_leads.lead_id
UNION
SELECT
    import_rows.import_id,
    import_rows.row_number
FROM import_rows
INNER JOIN asked ON asked.kind <> 'lead' AND list_contains(import_rows.points, asked.value)
ORDER BY import_id, row_number;
