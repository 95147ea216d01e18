-- Against which categories is each of some leads to be held?
--
-- reads   met_points (lead_id BIGINT, import_id VARCHAR)    numbers of the leads in question, and which import made them
-- reads   lead_images (changed_by VARCHAR, lead_id BIGINT)    leads before imports changed them
-- reads   import_checks (import_id VARCHAR, category VARCHAR)    which categories imports check
-- returns (lead_id BIGINT, category VARCHAR)    one row per lead and category, in no order: those of the import that made it and of all that changed it
WITH brought_by AS (
    SELECT
        lead_id,
        import_id
    FROM met_points
    UNION
    SELECT
        lead_images.lead_id,
        lead_images.changed_by AS import_id
    FROM lead_images
    SEMI JOIN met_points ON lead_images.lead_id = met_points.lead_id
)

SELECT DISTINCT
    brought_by.lead_id,
    import_checks.category
FROM brought_by
INNER JOIN import_checks ON brought_by.import_id = import_checks.import_id;
