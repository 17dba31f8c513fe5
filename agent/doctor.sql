-- name: role
-- Who asks, and what of this database is open to the role, whatever the table. The reset value is the role's or the
-- database's own setting; the current one was set by us.
SELECT current_user::text,
       has_database_privilege(current_database(), 'CREATE')
         OR coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = 'whimbrel'), false),
       pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),
       (SELECT reset_val = 'on' FROM pg_settings WHERE name = 'default_transaction_read_only'),
       pg_is_in_recovery(),
       current_setting('server_version'),
       current_setting('server_version_num')::int / 10000
