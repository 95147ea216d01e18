-- Which parts are there to publish of the relations that are published in many, when nothing is published yet?
--
-- reads   leads (list_id BIGINT, import_id VARCHAR)    the leads
-- reads   imports (import_id VARCHAR, import_date DATE)    every import
-- reads   effects (import_id VARCHAR)    what imports did to leads that were there
-- reads   survey_places (survey_id BIGINT, import_id VARCHAR)    the places in surveys
-- reads   dnc_entries (terms_id BIGINT)    the do-not-call entries
-- reads   dnc_terms (terms_id BIGINT, category VARCHAR, load_id BIGINT)    what they have in common
-- reads   dnc_washed (category VARCHAR)    the numbers that a wash found free
-- reads   attempts (called_at TIMESTAMPTZ)    the calls
-- reads   dispositions (called_at TIMESTAMPTZ)    the outcomes
-- reads   audit_log (logged_at TIMESTAMPTZ)    who did what
-- returns (relation VARCHAR, partition VARCHAR, part VARCHAR)    one row per part
SELECT 'leads' AS relation, list_id::VARCHAR AS partition, import_id AS part FROM leads
UNION
SELECT 'survey_places' AS relation, survey_id::VARCHAR AS partition, import_id AS part FROM survey_places
UNION
SELECT 'dnc' AS relation, dnc_terms.category AS partition, dnc_terms.load_id::VARCHAR AS part
FROM dnc_terms
SEMI JOIN dnc_entries ON dnc_terms.terms_id = dnc_entries.terms_id
UNION
SELECT 'dnc_washed' AS relation, category AS partition, 'all' AS part FROM dnc_washed
UNION
SELECT unnest(['imports', 'import_reasons', 'import_ages']) AS relation, import_date::VARCHAR AS partition, 'all' AS part FROM imports
UNION
SELECT 'import_rows' AS relation, import_date::VARCHAR AS partition, import_id AS part FROM imports
UNION
SELECT 'effects' AS relation, imports.import_date::VARCHAR AS partition, effects.import_id AS part
FROM effects
INNER JOIN imports ON effects.import_id = imports.import_id
UNION
SELECT 'attempts' AS relation, (called_at AT TIME ZONE 'UTC')::DATE::VARCHAR AS partition, 'all' AS part FROM attempts
UNION
SELECT 'dispositions' AS relation, (called_at AT TIME ZONE 'UTC')::DATE::VARCHAR AS partition, 'all' AS part FROM dispositions
UNION
SELECT 'audit_log' AS relation, (logged_at AT TIME ZONE 'UTC')::DATE::VARCHAR AS partition, 'all' AS part FROM audit_log
ORDER BY relation, partition, part;
