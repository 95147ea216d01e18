-- What has become of the leads that each import made?
--
-- reads   leads (lead_id BIGINT, import_id VARCHAR, status VARCHAR, call_attempts INTEGER)    the leads that have not expired, those too that do-not-call suppressed
-- reads   effects (import_id VARCHAR, lead_id BIGINT, effect VARCHAR)    what imports did to leads that were there, also those undone since
-- reads   imports (import_id VARCHAR, status VARCHAR)    which imports stand; the upper bits of a lead's id are those of the import that made it
-- reads   callbacks (lead_id BIGINT)    the open callbacks
-- returns (import_id VARCHAR, leads_live BIGINT, leads_suppressed_later BIGINT, leads_removed BIGINT, leads_live_called BIGINT, callbacks_open BIGINT)    one row per import with any; called is with a call since the lead came or was reset; removed is replaced or deleted by an import that stands
WITH standing AS (
    SELECT
        leads.import_id,
        count(*) FILTER (WHERE leads.status IS DISTINCT FROM 'suppressed') AS leads_live,
        count(*) FILTER (WHERE leads.status IS DISTINCT FROM 'suppressed' AND leads.call_attempts > 0) AS leads_live_called,
        count(*) FILTER (WHERE leads.status = 'suppressed') AS leads_suppressed_later,
        count(waiting.lead_id) AS callbacks_open
    FROM leads
    LEFT JOIN (SELECT DISTINCT lead_id FROM callbacks) AS waiting ON leads.lead_id = waiting.lead_id
    GROUP BY leads.import_id
),

makers AS (
    SELECT
        import_id,
        ('0x' || left(sha256(import_id), 9))::BIGINT AS lead_bits
    FROM imports
    WHERE status = 'completed'
),

removed AS (
    SELECT
        makers.import_id,
        count(DISTINCT effects.lead_id) AS leads_removed
    FROM effects
    INNER JOIN imports ON effects.import_id = imports.import_id AND imports.status = 'completed'
    INNER JOIN makers ON effects.lead_id >> 27 = makers.lead_bits
    WHERE effects.effect IN ('replaced', 'deleted')
    GROUP BY makers.import_id
)

SELECT
    coalesce(standing.import_id, removed.import_id) AS import_id,
    coalesce(standing.leads_live, 0) AS leads_live,
    coalesce(standing.leads_suppressed_later, 0) AS leads_suppressed_later,
    coalesce(removed.leads_removed, 0) AS leads_removed,
    coalesce(standing.leads_live_called, 0) AS leads_live_called,
    coalesce(standing.callbacks_open, 0) AS callbacks_open
FROM standing
FULL JOIN removed ON standing.import_id = removed.import_id
ORDER BY import_id;
