-- name: signals
SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')::float8,
       (SELECT extract(epoch FROM max(clock_timestamp() - xact_start)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend')::float8,
       (SELECT deadlocks FROM pg_stat_database WHERE datname = current_database())::float8,
       (SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database())::float8,
       sum(n_dead_tup)::float8, sum(n_tup_del)::float8
FROM pg_stat_all_tables
WHERE relid IN (SELECT coalesce(tree.relid::oid, named.oid)
                FROM (SELECT to_regclass(name)::oid AS oid FROM unnest($1::text[]) AS name) AS named
                LEFT JOIN LATERAL pg_partition_tree(named.oid) AS tree ON true)
