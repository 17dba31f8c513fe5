-- name: tables
SELECT c.oid::bigint, n.nspname, c.relname
FROM unnest($1::text[], $2::text[]) AS asked(schema_name, name)
JOIN pg_namespace n ON n.nspname = asked.schema_name
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = asked.name
WHERE c.relkind IN ('r', 'p', 'm', 'f')

-- name: wear
-- A partitioned table is the sum of its leaves; times are those of the leaf that was done longest ago.
WITH tree AS (
  SELECT asked.oid AS root, coalesce(leaf.relid, asked.oid) AS oid
  FROM unnest($1::oid[]) AS asked(oid) LEFT JOIN LATERAL pg_partition_tree(asked.oid) AS leaf ON leaf.isleaf
)
SELECT t.root::bigint, sum(s.n_live_tup)::float8, sum(s.n_dead_tup)::float8,
       sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del)::float8, sum(s.n_tup_upd)::float8, sum(s.n_tup_hot_upd)::float8,
       extract(epoch FROM clock_timestamp() - min(greatest(s.last_vacuum, s.last_autovacuum)))::float8,
       extract(epoch FROM clock_timestamp() - min(greatest(s.last_analyze, s.last_autoanalyze)))::float8,
       bool_or(s.last_vacuum IS NULL AND s.last_autovacuum IS NULL),
       bool_or(s.last_analyze IS NULL AND s.last_autoanalyze IS NULL)
FROM tree t JOIN pg_stat_all_tables s ON s.relid = t.oid
GROUP BY 1

-- name: tree
-- The leaves whose sizes count for each table; the catalogue alone, no lock.
SELECT asked.oid::bigint, coalesce(leaf.relid, asked.oid)::bigint
FROM unnest($1::oid[]) AS asked(oid) LEFT JOIN LATERAL pg_partition_tree(asked.oid) AS leaf ON leaf.isleaf

-- name: locked
-- pg_relation_size waits for whoever holds, or waits for, ACCESS EXCLUSIVE.
SELECT DISTINCT relation::bigint FROM pg_locks
WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock' AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())

-- name: sizes
SELECT c.oid::bigint, pg_relation_size(c.oid)::float8, pg_indexes_size(c.oid)::float8,
       CASE WHEN c.reltoastrelid = 0 THEN 0 ELSE pg_total_relation_size(c.reltoastrelid) END::float8
FROM pg_class c WHERE c.oid = ANY ($1::oid[])

-- name: pages
-- The same from the catalogue, as of the last VACUUM or ANALYZE.
SELECT c.oid::bigint, c.relpages::float8 * b.size, b.size * coalesce((SELECT sum(i.relpages) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
                                         WHERE x.indrelid = c.oid), 0)::float8,
       b.size * coalesce((SELECT relpages FROM pg_class t WHERE t.oid = c.reltoastrelid), 0)::float8
FROM pg_class c, (SELECT current_setting('block_size')::float8 AS size) AS b
WHERE c.oid = ANY ($1::oid[])

-- name: counting
-- Since when the statistics count; never reset means since the database was made, which no view tells.
SELECT current_setting('track_counts') = 'on', extract(epoch FROM clock_timestamp() - stats_reset)::float8,
       extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8
FROM pg_stat_database WHERE datname = current_database()

-- name: transactions
SELECT pid, coalesce(application_name, ''), coalesce(usename::text, '?'), coalesce(state, 'unknown state'),
       extract(epoch FROM clock_timestamp() - xact_start)::float8
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
  AND xact_start IS NOT NULL
ORDER BY xact_start
LIMIT 20

-- name: hidden_sessions
-- Sessions of other roles: without pg_read_all_stats their transactions do not show.
SELECT count(*)::int FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type IS NULL

-- name: prepared
SELECT owner::text, extract(epoch FROM clock_timestamp() - prepared)::float8
FROM pg_prepared_xacts WHERE database = current_database() ORDER BY prepared

-- name: vacuums
-- The query of a worker says why it runs; its text is not returned.
SELECT p.pid, coalesce((SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
                        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = p.relid), 'a table not shown to this role'),
       coalesce(p.phase, '?'),
       CASE WHEN p.relid IS NOT NULL THEN coalesce(a.query LIKE '%(to prevent wraparound)', false) END
FROM pg_stat_progress_vacuum p LEFT JOIN pg_stat_activity a ON a.pid = p.pid
WHERE p.datname = current_database()
ORDER BY p.pid

-- name: invalid_indexes
SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indrelid = ANY ($1::oid[]) AND NOT i.indisvalid ORDER BY 1

-- name: not_validated
SELECT format('%I on %I.%I', k.conname, n.nspname, c.relname)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (k.conrelid = ANY ($1::oid[]) OR k.confrelid = ANY ($1::oid[])) AND NOT k.convalidated ORDER BY 1

-- name: replicas
-- On a standby there is no current position to compare with; what it has replayed is.
SELECT coalesce(application_name, ''), coalesce(state, '?'), coalesce(sync_state, '?'),
       pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
                       replay_lsn)::float8,
       extract(epoch FROM replay_lag)::float8, state IS NULL
FROM pg_stat_replication ORDER BY 1

-- name: slots
SELECT slot_name::text, slot_type, active,
       pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END,
                       restart_lsn)::float8
FROM pg_replication_slots ORDER BY 1

-- name: connections
-- The kind of other roles' sessions is hidden from a role with few rights; those in a database are counted.
SELECT count(*)::float8 FROM pg_stat_activity WHERE backend_type = 'client backend' OR backend_type IS NULL AND datname IS NOT NULL

-- name: max_connections
SELECT current_setting('max_connections')::float8

-- name: database_bytes
SELECT pg_database_size(current_database())::float8

-- name: tablespace_bytes
SELECT pg_tablespace_size(dattablespace)::float8 FROM pg_database WHERE datname = current_database()

-- name: wal_bytes
SELECT sum(size)::float8 FROM pg_ls_waldir()

-- name: settings
-- As a new session of this role gets them, not as we set them for ourselves.
SELECT name, coalesce(reset_val, setting), coalesce(unit, '') FROM pg_settings
WHERE name = ANY ('{lock_timeout,statement_timeout,idle_in_transaction_session_timeout,transaction_timeout,
  max_connections,superuser_reserved_connections,wal_level,track_counts,autovacuum,autovacuum_freeze_max_age,
  max_wal_size,max_slot_wal_keep_size,max_prepared_transactions,max_locks_per_transaction,deadlock_timeout,
  synchronous_commit,synchronous_standby_names,hot_standby_feedback,block_size,data_checksums,
  default_transaction_read_only}'::text[])
ORDER BY name
