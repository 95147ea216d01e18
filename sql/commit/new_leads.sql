-- Which leads does the drop bring?
--
-- reads   row_values (row_number BIGINT, lead_id BIGINT, fate VARCHAR, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT, phone1_type VARCHAR, phone2_type VARCHAR, phone3_type VARCHAR, phone4_type VARCHAR, phone5_type VARCHAR, time_zone VARCHAR, skill_group VARCHAR, call_info VARCHAR, language VARCHAR, tags VARCHAR[], notes VARCHAR)    what each row brings
-- reads   run (list_id BIGINT, supplier VARCHAR, import_id VARCHAR, created_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)    this import
-- returns (lead_id BIGINT, list_id BIGINT, supplier VARCHAR, import_id VARCHAR, row_number BIGINT, title VARCHAR, first_name VARCHAR, last_name VARCHAR, company VARCHAR, address VARCHAR, city VARCHAR, region VARCHAR, postcode VARCHAR, country VARCHAR, email VARCHAR, phone1 VARCHAR, phone2 VARCHAR, phone3 VARCHAR, phone4 VARCHAR, phone5 VARCHAR, phone1_key BIGINT, phone2_key BIGINT, phone3_key BIGINT, phone4_key BIGINT, phone5_key BIGINT, phone1_type VARCHAR, phone2_type VARCHAR, phone3_type VARCHAR, phone4_type VARCHAR, phone5_type VARCHAR, time_zone VARCHAR, skill_group VARCHAR, call_info VARCHAR, language VARCHAR, tags VARCHAR[], notes VARCHAR, status VARCHAR, call_attempts INTEGER, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, expires_at TIMESTAMPTZ)    one row per new lead, in no order
SELECT
    row_values.lead_id,
    run.list_id,
    run.supplier,
    run.import_id,
    row_values.row_number,
    row_values.title,
    row_values.first_name,
    row_values.last_name,
    row_values.company,
    row_values.address,
    row_values.city,
    row_values.region,
    row_values.postcode,
    row_values.country,
    row_values.email,
    row_values.phone1,
    row_values.phone2,
    row_values.phone3,
    row_values.phone4,
    row_values.phone5,
    row_values.phone1_key,
    row_values.phone2_key,
    row_values.phone3_key,
    row_values.phone4_key,
    row_values.phone5_key,
    row_values.phone1_type,
    row_values.phone2_type,
    row_values.phone3_type,
    row_values.phone4_type,
    row_values.phone5_type,
    row_values.time_zone,
    row_values.skill_group,
    row_values.call_info,
    row_values.language,
    row_values.tags,
    row_values.notes,
    'new' AS status,
    0::INTEGER AS call_attempts,
    run.created_at,
    run.created_at AS updated_at,
    run.expires_at
FROM row_values
CROSS JOIN run
WHERE row_values.fate = 'created';
