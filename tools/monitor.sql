-- name: signals
SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')::float8,
       (SELECT extract(epoch FROM max(clock_timestamp() - xact_start)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend')::float8,
       (SELECT deadlocks FROM pg_stat_database WHERE datname = current_database())::float8,
       (SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database())::float8,
       sum(n_dead_tup)::float8, sum(n_tup_del)::float8
FROM pg_stat_all_tables
WHERE relid = $1::regclass OR relid IN (SELECT relid FROM pg_partition_tree($1::regclass))
