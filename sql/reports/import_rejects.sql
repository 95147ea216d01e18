-- Why were the rows of each import rejected, in the words of the Supplier Summary?
--
-- reads   import_reasons (import_id VARCHAR, fate VARCHAR, code VARCHAR, rows BIGINT)    rows by reason
-- returns (import_id VARCHAR, rej_no_contact BIGINT, rej_phone_invalid BIGINT, rej_email_invalid BIGINT, rej_field_invalid BIGINT, rej_dnc BIGINT, rej_dup_in_file BIGINT, rej_dup_existing_same_supplier BIGINT, rej_dup_existing_other_supplier BIGINT, rej_policy BIGINT, dnc_categories STRUCT(category VARCHAR, rows BIGINT)[])    one row per import that rejected any; the counts add up to its rejected rows
SELECT
    import_id,
    coalesce(sum(rows) FILTER (WHERE code = 'R_NO_CONTACT'), 0)::BIGINT AS rej_no_contact,
    coalesce(sum(rows) FILTER (WHERE starts_with(code, 'R_PHONE_') AND code <> 'R_PHONE_TYPE'), 0)::BIGINT AS rej_phone_invalid,
    coalesce(sum(rows) FILTER (WHERE starts_with(code, 'R_EMAIL_')), 0)::BIGINT AS rej_email_invalid,
    coalesce(sum(rows) FILTER (WHERE starts_with(code, 'R_FIELD_')), 0)::BIGINT AS rej_field_invalid,
    coalesce(sum(rows) FILTER (WHERE starts_with(code, 'R_DNC_')), 0)::BIGINT AS rej_dnc,
    coalesce(sum(rows) FILTER (WHERE code = 'R_DUP_IN_FILE'), 0)::BIGINT AS rej_dup_in_file,
    coalesce(sum(rows) FILTER (WHERE code = 'R_DUP_SAME_SUPPLIER'), 0)::BIGINT AS rej_dup_existing_same_supplier,
    coalesce(sum(rows) FILTER (WHERE code = 'R_DUP_OTHER_SUPPLIER'), 0)::BIGINT AS rej_dup_existing_other_supplier,
    coalesce(sum(rows) FILTER (WHERE code IN ('R_COOLDOWN', 'R_TOO_OLD', 'R_PHONE_TYPE')), 0)::BIGINT AS rej_policy,
    list({'category': substr(code, 7), 'rows': rows} ORDER BY code) FILTER (WHERE starts_with(code, 'R_DNC_')) AS dnc_categories
FROM import_reasons
WHERE fate = 'rejected'
GROUP BY import_id
ORDER BY import_id;
