-- name: enum
SELECT e.enumlabel
FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = $1 AND t.typname = $2
ORDER BY e.enumsortorder

-- name: target
SELECT current_database(), current_user::text, current_setting('server_version_num')::int,
       current_setting('server_version')

-- name: system_identifier
SELECT system_identifier::text FROM pg_control_system()

-- name: rights
-- In the database, and over the tables of these names.
SELECT has_database_privilege(current_database(), 'CREATE')
         OR coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = 'whimbrel'), false),
       (SELECT reset_val = 'on' FROM pg_settings WHERE name = 'default_transaction_read_only'),
       pg_is_in_recovery(),
       coalesce((SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class
                 WHERE oid = ANY (SELECT to_regclass(name)::oid FROM unnest($1::text[]) AS name)), true)

-- name: kept
-- What earlier runs keep in our own schema, so that no name is taken twice.
SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'whimbrel' ORDER BY 1

-- name: activity
SELECT (SELECT extract(epoch FROM max(clock_timestamp() - xact_start))::float8 FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'),
       (SELECT count(*)::int FROM pg_stat_replication),
       pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')

-- name: database_bytes
-- What a dump has to carry: tables without their indexes.
SELECT coalesce(sum(pg_table_size(c.oid)), 0)::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   OR c.oid = 'pg_catalog.pg_largeobject'::regclass

-- name: database_size
-- The same without asking for a lock on each table, indexes included.
SELECT pg_database_size(current_database())

-- name: blockers
-- Who holds a lock on the table, for the sentence that says why a step has to wait.
SELECT a.pid, coalesce(nullif(a.application_name, ''), a.backend_type), coalesce(a.usename::text, '?'),
       coalesce(a.state, 'unknown state'), extract(epoch FROM clock_timestamp() - a.xact_start)::float8,
       string_agg(DISTINCT l.mode, ', ')
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.relation = ANY (SELECT to_regclass(name)::oid FROM unnest($1::text[]) AS name) AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.granted AND l.pid <> pg_backend_pid() AND (l.mode <> 'AccessShareLock' OR a.xact_start IS NOT NULL)
GROUP BY 1, 2, 3, 4, 5
ORDER BY 5 DESC NULLS LAST
LIMIT 5

-- name: schemas
SELECT nspname::text FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' ORDER BY 1
