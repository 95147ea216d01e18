-- The leads of one import on one list, as readers see them.
--
-- reads   leads (lead_id BIGINT, list_id BIGINT, supplier VARCHAR, import_id VARCHAR, row_number BIGINT, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT, phone1_type VARCHAR, phone2_type VARCHAR, phone3_type VARCHAR, phone4_type VARCHAR, phone5_type VARCHAR, time_zone VARCHAR, skill_group VARCHAR, call_info VARCHAR, language VARCHAR, tags VARCHAR[], notes VARCHAR, status VARCHAR, call_attempts INTEGER, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)    the leads
-- reads   part (partition VARCHAR, part VARCHAR)    the part to publish
-- returns (lead_id BIGINT, list_id BIGINT, supplier VARCHAR, import_id VARCHAR, row_number BIGINT, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_e164 VARCHAR, phone2_e164 VARCHAR, phone3_e164 VARCHAR, phone4_e164 VARCHAR, phone5_e164 VARCHAR, phone1_type VARCHAR, phone2_type VARCHAR, phone3_type VARCHAR, phone4_type VARCHAR, phone5_type VARCHAR, time_zone VARCHAR, skill_group VARCHAR, call_info VARCHAR, language VARCHAR, tags VARCHAR[], notes VARCHAR, status VARCHAR, call_attempts INTEGER, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)    one row per lead
SELECT
    leads.lead_id,
    leads.list_id,
    leads.supplier,
    leads.import_id,
    leads.row_number,
    leads.title,
    leads.first_name,
    leads.last_name,
    leads.company,
    leads.address,
    leads.city,
    leads.region,
    leads.postcode,
    leads.country,
    leads.email,
    leads.phone1,
    leads.phone2,
    leads.phone3,
    leads.phone4,
    leads.phone5,
    '+' || leads.phone1_key AS phone1_e164,
    '+' || leads.phone2_key AS phone2_e164,
    '+' || leads.phone3_key AS phone3_e164,
    '+' || leads.phone4_key AS phone4_e164,
    '+' || leads.phone5_key AS phone5_e164,
    leads.phone1_type,
    leads.phone2_type,
    leads.phone3_type,
    leads.phone4_type,
    leads.phone5_type,
    leads.time_zone,
    leads.skill_group,
    leads.call_info,
    leads.language,
    leads.tags,
    leads.notes,
    leads.status,
    leads.call_attempts,
    leads.created_at,
    leads.updated_at,
    leads.expires_at
FROM leads
INNER JOIN part ON leads.list_id = part.partition::BIGINT AND leads.import_id = part.part
ORDER BY leads.lead_id;
