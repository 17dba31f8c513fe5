-- name: relations
-- Tables, partitioned tables and materialized views, with a name that can be put into a query.
SELECT c.oid::bigint, c.relname, c.oid::regclass::text
FROM pg_class c
WHERE c.relnamespace::regnamespace::text NOT LIKE ALL ('{pg_%,information_schema}') AND c.relkind IN ('r', 'p', 'm')
ORDER BY c.relname;

-- name: counters
-- What this transaction has read and written in each table so far, and which file it is stored in.
SELECT c.oid::bigint, pg_relation_filenode(c.oid)::bigint, pg_relation_size(c.oid),
    pg_stat_get_xact_tuples_returned(c.oid), pg_stat_get_xact_tuples_inserted(c.oid),
    pg_stat_get_xact_tuples_updated(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid)
FROM pg_class c
WHERE c.relkind IN ('r', 'm') AND c.relnamespace::regnamespace::text NOT LIKE ALL ('{pg_%,information_schema}');

-- name: locks
-- The relations that a session holds or waits for, with the mode.
SELECT relation::bigint, mode FROM pg_locks
WHERE pid = $1 AND locktype = 'relation' AND granted AND relation >= 16384;

-- name: names
-- Every name that an application may use: columns with their types, functions, values of enums.
SELECT 'column ' || n.nspname || '.' || c.relname || '.' || a.attname,
    CASE WHEN a.atttypid IN ('text'::regtype, 'varchar'::regtype) THEN 'text' ELSE a.atttypid::regtype::text END
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname NOT LIKE ALL ('{pg_%,information_schema}')
UNION ALL
SELECT 'sequence ' || n.nspname || '.' || c.relname, ''
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S'
UNION ALL
SELECT 'function ' || p.oid::regprocedure, prorettype::regtype::text
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname NOT LIKE ALL ('{pg_%,information_schema}')
UNION ALL
SELECT 'value ' || enumtypid::regtype || '.' || enumlabel, '' FROM pg_enum;

-- name: required
-- Columns that every INSERT has to name.
SELECT 'column ' || n.nspname || '.' || c.relname || '.' || a.attname
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND c.relkind IN ('r', 'p')
AND n.nspname = 'public';

-- name: stored
-- The columns in which rows are stored, by number, with the number of rows an application had there.
SELECT a.attrelid::bigint, a.attnum::int
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
AND c.relnamespace::regnamespace::text NOT LIKE ALL ('{pg_%,information_schema}');
