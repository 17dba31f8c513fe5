-- name: size
-- Bytes of a table's rows, its partitions' included; no row where there is no such table.
SELECT sum(pg_relation_size(coalesce(part.relid, c.oid)))::bigint
FROM pg_class c LEFT JOIN LATERAL pg_partition_tree(c.oid) AS part ON c.relkind = 'p'
WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'p', 'm')
GROUP BY c.oid;

-- name: columns
-- Its columns with their types.
SELECT attname, format_type(atttypid, atttypmod)
FROM pg_attribute
WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
ORDER BY attnum;

-- name: constraints
-- Its CHECK constraints, and since PostgreSQL 18 its NOT NULL ones, as ALTER TABLE would write them.
SELECT conname, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE conrelid = to_regclass($1) AND contype IN ('c', 'n')
ORDER BY conname;

-- name: not_null
-- Its columns that cannot be NULL; since PostgreSQL 18 a constraint that is not validated says so too, and is left out.
SELECT attname
FROM pg_attribute a
WHERE attrelid = to_regclass($1) AND attnum > 0 AND attnotnull AND NOT attisdropped
AND NOT EXISTS (
    SELECT FROM pg_constraint
    WHERE conrelid = a.attrelid AND contype = 'n' AND conkey = ARRAY[a.attnum] AND NOT convalidated
);

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
