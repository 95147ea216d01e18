-- How do the leads look that the undo puts back?
--
-- reads   lead_images (changed_by VARCHAR, effect VARCHAR, lead_id BIGINT, list_id BIGINT, supplier VARCHAR, import_id VARCHAR, row_number BIGINT, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT, phone1_type VARCHAR, phone2_type VARCHAR, phone3_type VARCHAR, phone4_type VARCHAR, phone5_type VARCHAR, time_zone VARCHAR, skill_group VARCHAR, call_info VARCHAR, language VARCHAR, tags VARCHAR[], notes VARCHAR, status VARCHAR, call_attempts INTEGER, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)    leads before the import changed them
-- reads   touched (lead_id BIGINT)    those that later imports changed: they are left alone
-- reads   leads (lead_id BIGINT, status VARCHAR, call_attempts INTEGER, updated_at TIMESTAMPTZ)    the leads as they stand
-- reads   run (import_id VARCHAR, changed_at TIMESTAMPTZ, now TIMESTAMPTZ)    the import to undo
-- returns (effect VARCHAR, is_dialled BOOLEAN, lead_id BIGINT, list_id BIGINT, supplier VARCHAR, import_id VARCHAR, row_number BIGINT, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT, phone1_type VARCHAR, phone2_type VARCHAR, phone3_type VARCHAR, phone4_type VARCHAR, phone5_type VARCHAR, time_zone VARCHAR, skill_group VARCHAR, call_info VARCHAR, language VARCHAR, tags VARCHAR[], notes VARCHAR, status VARCHAR, call_attempts INTEGER, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)    one row per lead that has not expired; what the dialler did since is added to what stood there
WITH image AS (
    SELECT
        lead_images.*,
        lead_images.effect IN ('deleted', 'replaced') AS is_gone,
        CASE WHEN lead_images.effect = 'reset' THEN 0 ELSE lead_images.call_attempts END AS attempts_left,
        CASE WHEN lead_images.effect = 'reset' THEN 'new' ELSE lead_images.status END AS status_left
    FROM lead_images
    INNER JOIN run ON lead_images.changed_by = run.import_id
    ANTI JOIN touched ON lead_images.lead_id = touched.lead_id
),

since AS (
    SELECT
        leads.lead_id,
        leads.status,
        leads.updated_at,
        greatest(leads.call_attempts - image.attempts_left, 0) AS attempts,
        (leads.call_attempts > image.attempts_left OR coalesce(leads.status, '') <> coalesce(image.status_left, '')) AS is_dialled
    FROM leads
    INNER JOIN image ON leads.lead_id = image.lead_id
)

SELECT
    image.effect,
    coalesce(since.is_dialled, FALSE) AS is_dialled,
    image.lead_id,
    image.list_id,
    image.supplier,
    image.import_id,
    image.row_number,
    image.title,
    image.first_name,
    image.last_name,
    image.company,
    image.address,
    image.city,
    image.region,
    image.postcode,
    image.country,
    image.email,
    image.phone1,
    image.phone2,
    image.phone3,
    image.phone4,
    image.phone5,
    image.phone1_key,
    image.phone2_key,
    image.phone3_key,
    image.phone4_key,
    image.phone5_key,
    image.phone1_type,
    image.phone2_type,
    image.phone3_type,
    image.phone4_type,
    image.phone5_type,
    image.time_zone,
    image.skill_group,
    image.call_info,
    image.language,
    image.tags,
    image.notes,
    CASE WHEN since.is_dialled THEN since.status ELSE image.status END AS status,
    (image.call_attempts + coalesce(since.attempts, 0))::INTEGER AS call_attempts,
    image.created_at,
    CASE
        WHEN since.is_dialled AND since.updated_at > greatest(image.updated_at, run.changed_at) THEN since.updated_at
        ELSE image.updated_at
    END AS updated_at,
    image.expires_at
FROM image
CROSS JOIN run
LEFT JOIN since ON image.lead_id = since.lead_id
WHERE
    (image.is_gone OR since.lead_id IS NOT NULL)
    AND (image.expires_at IS NULL OR image.expires_at > run.now)
ORDER BY image.lead_id;
