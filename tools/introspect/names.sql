-- name: tables
-- Every table a person may mean, nearest on the search path first.
SELECT n.nspname, c.relname
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'whimbrel') AND n.nspname NOT LIKE 'pg\_t%'
ORDER BY array_position(current_schemas(false)::text[], n.nspname::text), n.nspname, c.relname

-- name: partitions
-- Partitions, which only what has to do with their parent may name.
SELECT n.nspname, c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'whimbrel')
ORDER BY array_position(current_schemas(false)::text[], n.nspname::text), n.nspname, c.relname

-- name: enums
-- Every enumerated type a person may mean, nearest on the search path first.
SELECT n.nspname, t.typname
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'whimbrel')
ORDER BY array_position(current_schemas(false)::text[], n.nspname::text), n.nspname, t.typname

-- name: indexes_named
-- Indexes of this name, with the table each stands on; an empty schema is any.
SELECT n.nspname, c.relname, x.relname
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE lower(x.relname) = lower($1::text) AND $2::text IN ('', n.nspname::text) AND c.relkind IN ('r', 'p')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'whimbrel', 'pg_toast')
ORDER BY x.relname <> $1::text, array_position(current_schemas(false)::text[], n.nspname::text), n.nspname

-- name: table_of
-- The table that an index stands on.
SELECT n.nspname, c.relname
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indexrelid = to_regclass($1)

-- name: what_is_there
-- What a name is taken by: a relation, or a type of its own.
SELECT CASE c.relkind WHEN 'v' THEN 'a view' WHEN 'm' THEN 'a materialised view' WHEN 'S' THEN 'a sequence'
         WHEN 'i' THEN 'an index' WHEN 'I' THEN 'an index' WHEN 'f' THEN 'a foreign table'
         WHEN 'c' THEN 'a type' ELSE 'a table' END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2
UNION ALL
SELECT 'a type'
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = $1 AND t.typname = $2 AND t.typrelid = 0 AND t.typelem = 0
LIMIT 1
