-- Which of the import's leads has a later import changed or taken away?
--
-- reads   made (lead_id BIGINT)    the leads that the import made
-- reads   lead_images (changed_by VARCHAR, effect VARCHAR, lead_id BIGINT, expires_at TIMESTAMPTZ)    leads before imports changed them
-- reads   fetched_images (changed_by VARCHAR, lead_id BIGINT)    places in the buffer before imports flushed them
-- reads   imports (import_id VARCHAR, sequence BIGINT)    the imports
-- reads   run (import_id VARCHAR, sequence BIGINT, now TIMESTAMPTZ)    the import to undo
-- returns (lead_id BIGINT, import_id VARCHAR, sequence BIGINT)    one row per lead and later import; of a lead that was but flushed, only where it was taken away; what has expired stands in nobody's way
WITH own AS (
    SELECT lead_id FROM made
    UNION
    SELECT lead_images.lead_id FROM lead_images INNER JOIN run ON lead_images.changed_by = run.import_id
),

flushed AS (
    SELECT fetched_images.lead_id FROM fetched_images INNER JOIN run ON fetched_images.changed_by = run.import_id
)

SELECT DISTINCT
    lead_images.lead_id,
    imports.import_id,
    imports.sequence
FROM lead_images
INNER JOIN imports ON lead_images.changed_by = imports.import_id
CROSS JOIN run
WHERE
    imports.sequence > run.sequence
    AND (lead_images.expires_at IS NULL OR lead_images.expires_at > run.now)
    AND (
        lead_images.lead_id IN (SELECT own.lead_id FROM own)
        OR (
            lead_images.effect IN ('deleted', 'replaced')
            AND lead_images.lead_id IN (SELECT flushed.lead_id FROM flushed)
        )
    )
ORDER BY imports.sequence, lead_images.lead_id;
