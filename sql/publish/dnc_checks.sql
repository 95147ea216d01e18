-- Which live leads were held against which version of a do-not-call category, and what that did.
--
-- reads   dnc_checks (check_id VARCHAR, category VARCHAR, load_id BIGINT, kind VARCHAR, checked_on DATE, leads_checked BIGINT, points_checked BIGINT, numbers_taken BIGINT, leads_suppressed BIGINT, checked_at TIMESTAMPTZ)    the store's
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (check_id VARCHAR, category VARCHAR, load_id BIGINT, kind VARCHAR, checked_on DATE, leads_checked BIGINT, points_checked BIGINT, numbers_taken BIGINT, leads_suppressed BIGINT, checked_at TIMESTAMPTZ)    one row per check and category
SELECT
    dnc_checks.check_id,
    dnc_checks.category,
    dnc_checks.load_id,
    dnc_checks.kind,
    dnc_checks.checked_on,
    dnc_checks.leads_checked,
    dnc_checks.points_checked,
    dnc_checks.numbers_taken,
    dnc_checks.leads_suppressed,
    dnc_checks.checked_at
FROM dnc_checks
CROSS JOIN part
ORDER BY dnc_checks.check_id, dnc_checks.category;
