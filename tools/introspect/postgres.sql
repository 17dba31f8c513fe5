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

-- name: enum
SELECT e.enumlabel
FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = $1 AND t.typname = $2
ORDER BY e.enumsortorder

-- name: indexes_named
-- Indexes of this name, with the table each stands on; an empty schema is any.
SELECT n.nspname, c.relname, x.relname
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE lower(x.relname) = lower($1::text) AND $2::text IN ('', n.nspname::text) AND c.relkind IN ('r', 'p')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'whimbrel', 'pg_toast')
ORDER BY x.relname <> $1::text, array_position(current_schemas(false)::text[], n.nspname::text), n.nspname

-- name: target
SELECT current_database(), current_user::text, current_setting('server_version_num')::int,
       current_setting('server_version')

-- name: system_identifier
SELECT system_identifier::text FROM pg_control_system()

-- name: table
SELECT c.oid::bigint, c.relkind::text, c.relrowsecurity, c.reltuples::float8,
       pg_table_size(c.oid)::bigint, pg_indexes_size(c.oid)::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')

-- name: columns
SELECT a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid),
       CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' ELSE '' END,
       CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' ELSE '' END
FROM pg_attribute a
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum

-- name: indexes
SELECT c.relname, pg_get_indexdef(i.indexrelid), i.indisunique, i.indisprimary, i.indisvalid,
       ARRAY(SELECT coalesce(a.attname, '')::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(num, pos)
             LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num AND k.num > 0
             WHERE k.pos <= i.indnkeyatts ORDER BY k.pos)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = $1::oid
ORDER BY c.relname

-- name: constraints
SELECT conname, contype::text, pg_get_constraintdef(oid), convalidated,
       ARRAY(SELECT a.attname::text FROM unnest(conkey) WITH ORDINALITY AS k(num, pos)
             JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.num ORDER BY k.pos)
FROM pg_constraint
WHERE conrelid = $1::oid AND contype IN ('c', 'f', 'n', 'p', 'u', 'x')
ORDER BY conname

-- name: triggers
SELECT tgname, pg_get_triggerdef(oid), tgenabled::text
FROM pg_trigger
WHERE tgrelid = $1::oid AND NOT tgisinternal
ORDER BY tgname

-- name: key
-- The best key to walk along: primary first, then unique on NOT NULL columns, plain columns only, fewest columns first.
SELECT c.relname,
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(num, pos)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
             WHERE k.pos <= i.indnkeyatts ORDER BY k.pos),
       ARRAY(SELECT format_type(a.atttypid, a.atttypmod) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(num, pos)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
             WHERE k.pos <= i.indnkeyatts ORDER BY k.pos)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
  AND am.amname = 'btree'
  AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(num, pos)
                  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
                  WHERE k.pos <= i.indnkeyatts AND NOT a.attnotnull)
ORDER BY i.indisprimary DESC, i.indnkeyatts, c.relname
LIMIT 1

-- name: partition_tree
-- Every partition below a table, from the top down.
SELECT n.nspname, c.relname, pn.nspname, p.relname, c.relkind::text
FROM pg_partition_tree($1::oid::regclass) t
JOIN pg_class c ON c.oid = t.relid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class p ON p.oid = t.parentrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE t.level > 0
ORDER BY t.level, 1, 2

-- name: partition_columns
-- Columns of the partition keys of all levels, which a unique index has to hold; empty for an expression.
SELECT DISTINCT coalesce(a.attname::text, '')
FROM pg_partition_tree($1::oid::regclass) t JOIN pg_partitioned_table p ON p.partrelid = t.relid,
     unnest(p.partattrs::int2[]) AS k(num)
LEFT JOIN pg_attribute a ON k.num > 0 AND a.attnum = k.num AND a.attrelid = $1::oid
ORDER BY 1

-- name: partition_indexes
-- The parts of each index of a partitioned table, one for each partition below.
SELECT w.relname, xn.nspname, x.relname, tn.nspname, c.relname
FROM pg_index i JOIN pg_class w ON w.oid = i.indexrelid AND w.relkind = 'I',
     pg_partition_tree(i.indexrelid) t
JOIN pg_class x ON x.oid = t.relid JOIN pg_namespace xn ON xn.oid = x.relnamespace
JOIN pg_index p ON p.indexrelid = x.oid
JOIN pg_class c ON c.oid = p.indrelid JOIN pg_namespace tn ON tn.oid = c.relnamespace
WHERE i.indrelid = $1::oid AND t.level > 0
ORDER BY w.relname, t.level, 4, 5

-- name: foreign_keys
-- Those of a table, and those of others that point to it; the parts on partitions belong to their whole.
SELECT k.conname, cn.nspname, c.relname, pn.nspname, p.relname, coalesce(i.relname, '')
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace cn ON cn.oid = c.relnamespace
JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
LEFT JOIN pg_class i ON i.oid = k.conindid
WHERE k.contype = 'f' AND k.conparentid = 0 AND $1::oid IN (k.conrelid, k.confrelid)
ORDER BY k.conname, 2, 3

-- name: inherited
-- Constraints and indexes that a parent's drop alone takes away.
SELECT conname::text FROM pg_constraint WHERE conrelid = $1::oid AND (coninhcount > 0 OR conparentid <> 0)
UNION
SELECT x.relname::text FROM pg_inherits h JOIN pg_class x ON x.oid = h.inhrelid
JOIN pg_index i ON i.indexrelid = x.oid WHERE i.indrelid = $1::oid
ORDER BY 1

-- name: table_of
-- The table that an index stands on.
SELECT n.nspname, c.relname
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indexrelid = to_regclass($1)

-- name: operator_classes
-- What an index of a method can sort or search values of a type by; the server's default first.
SELECT o.opcname::text
FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod JOIN pg_type t ON t.oid = $2::oid
WHERE m.amname = $1 AND (o.opcintype = t.oid
  OR o.opcintype = CASE t.typcategory WHEN 'A' THEN 'anyarray' WHEN 'E' THEN 'anyenum' WHEN 'R' THEN 'anyrange' END::regtype
  OR EXISTS (SELECT FROM pg_cast WHERE castsource = t.oid AND casttarget = o.opcintype AND castmethod = 'b'))
ORDER BY NOT o.opcdefault, 1

-- name: rights
SELECT has_database_privilege(current_database(), 'CREATE')
         OR coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = 'whimbrel'), false),
       (SELECT reset_val = 'on' FROM pg_settings WHERE name = 'default_transaction_read_only'),
       pg_is_in_recovery()

-- name: kept
-- What earlier runs keep in our own schema, so that no name is taken twice.
SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'whimbrel' ORDER BY 1

-- name: owns
SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = $1::oid

-- name: activity
SELECT (SELECT extract(epoch FROM max(clock_timestamp() - xact_start))::float8 FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'),
       (SELECT count(*)::int FROM pg_stat_replication),
       pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')

-- name: table_activity
SELECT (SELECT count(DISTINCT pid)::int FROM pg_locks
        WHERE relation = $1::oid AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND pid <> pg_backend_pid()),
       (SELECT (n_tup_ins + n_tup_upd + n_tup_del)::float8 FROM pg_stat_all_tables WHERE relid = $1::oid),
       (SELECT extract(epoch FROM clock_timestamp() - coalesce(stats_reset, pg_postmaster_start_time()))::float8
        FROM pg_stat_database WHERE datname = current_database())

-- name: database_bytes
-- What a dump has to carry: tables without their indexes.
SELECT coalesce(sum(pg_table_size(c.oid)), 0)::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   OR c.oid = 'pg_catalog.pg_largeobject'::regclass

-- name: database_size
-- The same without asking for a lock on each table, indexes included.
SELECT pg_database_size(current_database())

-- name: only_by_explicit_cast
-- Whether a value of type $1 gets into a column of type $2 only by a cast that somebody wrote.
SELECT g.oid <> w.oid AND coalesce(
  (SELECT castcontext = 'e' FROM pg_cast WHERE castsource = g.oid AND casttarget = w.oid),
  g.typcategory = 'S' AND w.typcategory <> 'S')
FROM pg_type g, pg_type w
WHERE g.oid = $1::oid AND w.oid = $2::oid

-- name: type_name
SELECT format_type($1::oid, $2::int)

-- name: constrained_domain
WITH RECURSIVE chain AS (
  SELECT oid, typbasetype, typnotnull FROM pg_type WHERE oid = $1::oid AND typtype = 'd'
  UNION ALL
  SELECT t.oid, t.typbasetype, t.typnotnull FROM pg_type t JOIN chain ON t.oid = chain.typbasetype WHERE t.typtype = 'd'
)
SELECT EXISTS (SELECT FROM chain WHERE typnotnull OR EXISTS (SELECT FROM pg_constraint WHERE contypid = chain.oid))

-- name: volatility
-- The strongest volatility among all functions of these names; names may be qualified.
SELECT max(CASE provolatile WHEN 'v' THEN 2 WHEN 's' THEN 1 ELSE 0 END)::int
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.proname = ANY ($1::text[]) OR n.nspname || '.' || p.proname = ANY ($1::text[])

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
