-- How many rows has each published part of the relations that are published in many, and in which file does it lie?
--
-- reads   leads (list_id BIGINT, import_id VARCHAR)    the leads
-- reads   effects (import_id VARCHAR)    what imports did to leads that were there
-- reads   survey_places (survey_id BIGINT, import_id VARCHAR)    the places in surveys
-- reads   dnc_entries (terms_id BIGINT)    the do-not-call entries
-- reads   dnc_terms (terms_id BIGINT, category VARCHAR, load_id BIGINT)    what they have in common
-- reads   imports (import_id VARCHAR, sequence BIGINT, import_date DATE, rows_received BIGINT)    every import
-- reads   packs (relation VARCHAR, partition VARCHAR, part VARCHAR, pack VARCHAR)    which parts share a file
-- returns (relation VARCHAR, partition VARCHAR, part VARCHAR, file VARCHAR, rows BIGINT)    one row per part, the oldest first
WITH parts AS (
    SELECT 'leads' AS relation, list_id::VARCHAR AS partition, import_id AS part, count(*) AS rows FROM leads GROUP BY list_id, import_id
    UNION ALL
    SELECT 'survey_places' AS relation, survey_id::VARCHAR AS partition, import_id AS part, count(*) AS rows FROM survey_places GROUP BY survey_id, import_id
    UNION ALL
    SELECT
        'dnc' AS relation,
        dnc_terms.category AS partition,
        dnc_terms.load_id::VARCHAR AS part,
        count(*) AS rows
    FROM dnc_entries
    INNER JOIN dnc_terms ON dnc_entries.terms_id = dnc_terms.terms_id
    GROUP BY dnc_terms.category, dnc_terms.load_id
    UNION ALL
    SELECT 'import_rows' AS relation, import_date::VARCHAR AS partition, import_id AS part, rows_received AS rows FROM imports
    UNION ALL
    SELECT
        'effects' AS relation,
        imports.import_date::VARCHAR AS partition,
        effects.import_id AS part,
        count(*) AS rows
    FROM effects
    INNER JOIN imports ON effects.import_id = imports.import_id
    GROUP BY imports.import_date, effects.import_id
)

SELECT
    parts.relation,
    parts.partition,
    parts.part,
    coalesce(packs.pack, parts.part) AS file,
    parts.rows
FROM parts
LEFT JOIN packs
    ON parts.relation = packs.relation AND parts.partition = packs.partition AND parts.part = packs.part
LEFT JOIN imports ON parts.part = imports.import_id
WHERE parts.rows > 0
ORDER BY parts.relation, parts.partition, imports.sequence, try_cast(parts.part AS BIGINT), parts.part;
