-- name: statements_schema
-- Where the extension was put, if it is here at all.
SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'

-- name: sees_all
SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
