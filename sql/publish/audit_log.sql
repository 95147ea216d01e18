-- Who did what to what, on one day (UTC).
--
-- reads   audit_log (logged_at TIMESTAMPTZ, user VARCHAR, action VARCHAR, subject VARCHAR, detail VARCHAR, sequence BIGINT)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (logged_at TIMESTAMPTZ, user VARCHAR, action VARCHAR, subject VARCHAR, detail VARCHAR)    one row per deed
SELECT
    audit_log.logged_at,
    audit_log."user",
    audit_log.action,
    audit_log.subject,
    audit_log.detail
FROM audit_log
CROSS JOIN part
WHERE (audit_log.logged_at AT TIME ZONE 'UTC')::DATE = part.partition::DATE
ORDER BY audit_log.sequence;
