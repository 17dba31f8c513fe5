-- name: size
-- Bytes of a table's rows, its partitions' included; no row where there is no such table.
SELECT sum(pg_relation_size(coalesce(part.relid, c.oid)))::bigint
FROM pg_class c LEFT JOIN LATERAL pg_partition_tree(c.oid) AS part ON c.relkind = 'p'
WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'p', 'm')
GROUP BY c.oid;

-- name: named
-- Schema, name and kind of the table that a name stands for.
SELECT n.nspname, c.relname, c.relkind::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'p', 'm');

-- name: columns
-- The columns of a materialized view with their types.
SELECT attname, format_type(atttypid, atttypmod)
FROM pg_attribute
WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
ORDER BY attnum;

-- name: constrained_domain
-- Whether a type is a domain, or a domain over one, that checks its values.
WITH RECURSIVE base AS (
    SELECT oid, typtype, typnotnull, typbasetype FROM pg_type WHERE oid = to_regtype($1)
    UNION ALL
    SELECT t.oid, t.typtype, t.typnotnull, t.typbasetype FROM pg_type t JOIN base ON t.oid = base.typbasetype
)
SELECT coalesce(bool_or(typnotnull OR EXISTS (
    SELECT FROM pg_constraint WHERE contypid = base.oid AND contype = 'c'
)), false)
FROM base WHERE typtype = 'd';

-- name: volatility
-- For each function of these names how strong its strongest overload is: 0 immutable, 1 stable, 2 volatile.
SELECT name, max(CASE p.provolatile WHEN 'v' THEN 2 WHEN 's' THEN 1 ELSE 0 END)
FROM unnest($1::text[]) AS name
JOIN pg_proc p ON p.proname = substring(name FROM '[^.]+$')
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE CASE WHEN name LIKE '%.%' THEN n.nspname = split_part(name, '.', 1) ELSE pg_function_is_visible(p.oid) END
GROUP BY name;
