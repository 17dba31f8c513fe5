-- name: table
-- The table, and the partitioned table that it is a partition of.
SELECT c.oid::bigint, c.relkind::text, c.relrowsecurity, c.reltuples::float8,
       pg_table_size(c.oid)::bigint, pg_indexes_size(c.oid)::bigint, pn.nspname, p.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_inherits i ON c.relispartition AND i.inhrelid = c.oid
LEFT JOIN pg_class p ON p.oid = i.inhparent LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
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

-- name: comments
-- Of the table itself (an empty name) and of its columns.
SELECT coalesce(a.attname::text, ''), d.description
FROM pg_description d LEFT JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0
WHERE d.classoid = 'pg_class'::regclass AND d.objoid = $1::oid
ORDER BY 1

-- name: attached
-- What hangs on the table besides its own parts, so that a plan notices when it changes.
WITH RECURSIVE below (oid) AS (
  SELECT inhrelid FROM pg_inherits WHERE inhparent = $1::oid
  UNION
  SELECT i.inhrelid FROM pg_inherits i JOIN below b ON i.inhparent = b.oid
)
SELECT 'heir ' || n.nspname || '.' || c.relname
FROM below JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
UNION ALL
SELECT 'rule ' || rulename FROM pg_rewrite WHERE ev_class = $1::oid
UNION ALL
SELECT 'policy ' || polname || ' ' || md5(concat(polcmd, polroles, polqual, polwithcheck)) FROM pg_policy
WHERE polrelid = $1::oid
UNION ALL
SELECT 'type ' || t.typname || ' of ' || string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
WHERE t.oid IN (SELECT atttypid FROM pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped)
GROUP BY t.oid, t.typname
UNION ALL
SELECT 'storage ' || relpersistence::text FROM pg_class WHERE oid = $1::oid AND relpersistence <> 'p'
ORDER BY 1

-- name: key
-- The best key to walk along: primary first, then unique on NOT NULL columns, plain columns only, fewest columns first.
-- One that is DEFERRABLE may hold a value twice until the transaction ends, so it is none.
SELECT c.relname,
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(num, pos)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
             WHERE k.pos <= i.indnkeyatts ORDER BY k.pos),
       ARRAY(SELECT format_type(a.atttypid, a.atttypmod) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(num, pos)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
             WHERE k.pos <= i.indnkeyatts ORDER BY k.pos)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
WHERE i.indrelid = $1::oid AND i.indisunique AND i.indimmediate AND i.indisvalid
  AND i.indpred IS NULL AND i.indexprs IS NULL
  AND am.amname = 'btree'
  AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(num, pos)
                  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num
                  WHERE k.pos <= i.indnkeyatts AND NOT a.attnotnull)
ORDER BY i.indisprimary DESC, i.indnkeyatts, c.relname
LIMIT 1

-- name: foreign_keys
-- Those of a table, and those of others that point to it; the parts on partitions belong to their whole.
SELECT k.conname, cn.nspname, c.relname, pn.nspname, p.relname, pg_get_constraintdef(k.oid), k.convalidated,
       coalesce(i.relname, ''),
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS x(num, pos)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.num ORDER BY x.pos),
       ARRAY(SELECT format_type(a.atttypid, a.atttypmod) FROM unnest(k.conkey) WITH ORDINALITY AS x(num, pos)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.num ORDER BY x.pos),
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS x(num, pos)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.num ORDER BY x.pos)
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

-- name: table_activity
SELECT (SELECT count(DISTINCT pid)::int FROM pg_locks
        WHERE relation = $1::oid AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND pid <> pg_backend_pid()),
       (SELECT (n_tup_ins + n_tup_upd + n_tup_del)::float8 FROM pg_stat_all_tables WHERE relid = $1::oid),
       (SELECT extract(epoch FROM clock_timestamp() - coalesce(stats_reset, pg_postmaster_start_time()))::float8
        FROM pg_stat_database WHERE datname = current_database())
