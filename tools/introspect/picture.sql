-- name: relations
-- Every table, view and sequence of the database's own schemas, from the catalogue alone: nothing here takes a lock.
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relpersistence::text, c.relowner::bigint,
       c.reltuples::float8, c.relpages, c.relrowsecurity, c.relforcerowsecurity, c.relreplident::text, c.relacl::text[]
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'whimbrel')
ORDER BY n.nspname, c.relname

-- name: columns
SELECT a.attrelid::bigint, a.attnum::int, a.attname, a.atttypid::bigint, a.atttypmod, a.attnotnull,
       a.attgenerated::text, a.attidentity::text,
       CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::bigint END, a.attacl::text[]
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped
  AND c.relnamespace NOT IN (SELECT oid FROM pg_namespace
                             WHERE nspname IN ('pg_catalog', 'information_schema', 'pg_toast', 'whimbrel'))
ORDER BY a.attrelid, a.attnum

-- name: type_names
-- One call for each kind of type instead of one for each column.
SELECT asked.id, asked.mod, format_type(asked.id::oid, asked.mod)
FROM unnest($1::bigint[], $2::int[]) AS asked(id, mod)

-- name: collations
SELECT oid::bigint, quote_ident(collname) FROM pg_collation WHERE oid = ANY ($1::oid[])

-- name: defaults
-- Relation 0: without a table to look at, pg_get_expr takes no lock, and a default may not name a column anyway.
SELECT d.adrelid::bigint, d.adnum::int, pg_get_expr(d.adbin, 0)
FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE a.attgenerated = ''

-- name: locked
-- Whoever holds, or waits for, ACCESS EXCLUSIVE makes pg_get_expr and its kin wait for that table.
SELECT DISTINCT relation::bigint FROM pg_locks
WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock' AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())

-- name: generated
SELECT d.adrelid::bigint, d.adnum::int, pg_get_expr(d.adbin, d.adrelid)
FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE a.attgenerated <> '' AND d.adrelid <> ALL ($1::oid[])

-- name: partition_keys
SELECT partrelid::bigint, pg_get_partkeydef(partrelid) FROM pg_partitioned_table WHERE partrelid <> ALL ($1::oid[])

-- name: partition_bounds
-- Bounds hold no column either: relation 0, no lock.
SELECT oid::bigint, pg_get_expr(relpartbound, 0) FROM pg_class WHERE relpartbound IS NOT NULL AND relkind IN ('r', 'p', 'f')

-- name: indexes
SELECT i.indrelid::bigint, c.oid::bigint, c.relname, am.amname, i.indkey::int2[], i.indnkeyatts::int, i.indisunique,
       i.indisprimary, i.indisvalid, i.indpred IS NOT NULL, i.indisreplident, c.relpages
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
WHERE c.relpersistence <> 't'
  AND c.relnamespace NOT IN (SELECT oid FROM pg_namespace
                             WHERE nspname IN ('pg_catalog', 'information_schema', 'pg_toast', 'whimbrel'))
ORDER BY i.indrelid, c.relname

-- name: constraints
SELECT conrelid::bigint, conname, contype::text, conkey, convalidated, confrelid::bigint, confkey
FROM pg_constraint
WHERE conrelid <> 0 AND contype IN ('c', 'f', 'n', 'p', 'u', 'x')
ORDER BY conrelid, conname

-- name: triggers
SELECT tgrelid::bigint, tgname, quote_ident(n.nspname) || '.' || quote_ident(p.proname), tgenabled::text, tgattr::int2[]
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE NOT tgisinternal
ORDER BY tgrelid, tgname

-- name: policies
SELECT polrelid::bigint, polname, polcmd::text, polpermissive FROM pg_policy ORDER BY polrelid, polname

-- name: rules
SELECT ev_class::bigint, rulename FROM pg_rewrite WHERE rulename <> '_RETURN' ORDER BY ev_class, rulename

-- name: statistics
SELECT stxrelid::bigint, stxname FROM pg_statistic_ext ORDER BY stxrelid, stxname

-- name: parents
SELECT inhrelid::bigint, inhparent::bigint FROM pg_inherits ORDER BY inhrelid, inhseqno

-- name: published
SELECT r.prrelid::bigint, p.pubname FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
ORDER BY r.prrelid, p.pubname

-- name: publications
SELECT oid::bigint, pubname, puballtables FROM pg_publication ORDER BY pubname

-- name: published_schemas
-- Since PostgreSQL 15.
SELECT pn.pnpubid::bigint, n.nspname FROM pg_publication_namespace pn JOIN pg_namespace n ON n.oid = pn.pnnspid
ORDER BY 1, 2

-- name: sequences
SELECT s.seqrelid::bigint, format_type(s.seqtypid, NULL), d.refobjid::bigint, d.refobjsubid::int, d.deptype = 'i'
FROM pg_sequence s
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid
  AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')

-- name: types
-- Enums, domains, composite types and ranges; not the row types that come with tables, and no arrays.
SELECT t.oid::bigint, n.nspname, t.typname, t.typtype::text,
       CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) ELSE '' END,
       CASE t.typtype
         WHEN 'e' THEN ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder)
         WHEN 'c' THEN ARRAY(SELECT quote_ident(attname) || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute
                             WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped ORDER BY attnum)
         ELSE '{}' END,
       CASE WHEN t.typtype = 'd' THEN
         ARRAY(SELECT conname::text FROM pg_constraint WHERE contypid = t.oid ORDER BY conname) ELSE '{}' END
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c'
       OR t.typtype = 'b' AND t.typcategory <> 'A')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'whimbrel')
ORDER BY n.nspname, t.typname

-- name: functions
SELECT p.oid::bigint, n.nspname, p.proname, oidvectortypes(p.proargtypes),
       (CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END) || coalesce(format_type(nullif(p.prorettype, 0), NULL), ''),
       p.prokind::text, l.lanname, p.provolatile::text, p.prosecdef
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'whimbrel')
ORDER BY n.nspname, p.proname, 4

-- name: of_extensions
SELECT CASE d.classid WHEN 'pg_class'::regclass THEN 'class' WHEN 'pg_type'::regclass THEN 'type' ELSE 'proc' END,
       d.objid::bigint, e.extname
FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND d.classid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass)

-- name: extensions
SELECT e.extname, e.extversion, n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY 1

-- name: event_triggers
SELECT evtname || ' on ' || evtevent FROM pg_event_trigger ORDER BY evtname

-- name: comments
SELECT d.objoid::bigint, d.objsubid, d.description FROM pg_description d
WHERE d.classoid = 'pg_class'::regclass AND d.objoid >= 16384

-- name: roles
SELECT oid::bigint, rolname FROM pg_roles

-- name: fingerprint
-- The structure as one number: a sum of hashes needs no sorting. Over identities, so it names this very database.
-- Hashes of texts and not of records, which PostgreSQL 13 cannot hash.
WITH own AS (
  SELECT oid FROM pg_namespace
  WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'whimbrel') AND nspname NOT LIKE 'pg\_temp\_%'
    AND nspname NOT LIKE 'pg\_toast\_temp\_%'
), rel AS MATERIALIZED (
  SELECT oid, relname, relnamespace, relkind, relowner, relpersistence, relrowsecurity, relforcerowsecurity, relreplident,
         relacl, relpartbound
  FROM pg_class WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c') AND relnamespace IN (SELECT oid FROM own)
), parts AS (
  SELECT 1 AS kind, sum(hashtextextended(rel::text, 0)) AS hash FROM rel
  UNION ALL
  SELECT 2, sum(hashtextextended(ROW(attrelid, attnum, attname, atttypid, atttypmod, attnotnull, attgenerated,
                                     attidentity, attcollation, attisdropped, attacl)::text, 0))
  FROM pg_attribute WHERE attnum > 0 AND attrelid IN (SELECT oid FROM rel WHERE relkind <> 'S')
  UNION ALL
  SELECT 3, sum(hashtextextended(ROW(adrelid, adnum, adbin)::text, 0))
  FROM pg_attrdef WHERE adrelid IN (SELECT oid FROM rel)
  UNION ALL
  SELECT 4, sum(hashtextextended(ROW(c.relname, i.indexrelid, i.indrelid, i.indkey, i.indclass, i.indoption, i.indisunique,
                                     i.indisprimary, i.indisvalid, i.indisreplident, i.indexprs, i.indpred)::text, 0))
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid IN (SELECT oid FROM rel)
  UNION ALL
  SELECT 5, sum(hashtextextended(ROW(oid, conname, conrelid, contypid, contype, conkey, convalidated, confrelid, confkey,
                                     confdeltype, confupdtype, condeferrable, condeferred, conbin)::text, 0))
  FROM pg_constraint WHERE connamespace IN (SELECT oid FROM own)
  UNION ALL
  SELECT 6, sum(hashtextextended(ROW(oid, tgrelid, tgname, tgfoid, tgtype, tgenabled, tgattr, tgargs, tgqual)::text, 0))
  FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (SELECT oid FROM rel)
  UNION ALL
  SELECT 7, sum(hashtextextended(ROW(oid, rulename, ev_class, ev_type, ev_enabled, ev_qual, ev_action)::text, 0))
  FROM pg_rewrite WHERE ev_class IN (SELECT oid FROM rel)
  UNION ALL
  SELECT 8, sum(hashtextextended(ROW(oid, polrelid, polname, polcmd, polpermissive, polroles, polqual, polwithcheck)::text, 0))
  FROM pg_policy
  UNION ALL
  SELECT 9, sum(hashtextextended(ROW(oid, proname, pronamespace, proargtypes, prorettype, prolang, provolatile, prosecdef,
                                     prosrc, proconfig, proacl)::text, 0))
  FROM pg_proc WHERE pronamespace IN (SELECT oid FROM own)
  UNION ALL
  SELECT 10, sum(hashtextextended(ROW(oid, typname, typnamespace, typtype, typbasetype, typtypmod, typnotnull, typdefault)::text, 0))
  FROM pg_type WHERE typnamespace IN (SELECT oid FROM own) AND typtype IN ('e', 'd', 'r')
  UNION ALL
  SELECT 11, sum(hashtextextended(e::text, 0)) FROM pg_enum e
  UNION ALL
  SELECT 12, sum(hashtextextended(i::text, 0)) FROM pg_inherits i
  UNION ALL
  SELECT 13, sum(hashtextextended(ROW(seqrelid, seqtypid, seqincrement, seqmax, seqmin, seqcache, seqcycle)::text, 0))
  FROM pg_sequence WHERE seqrelid IN (SELECT oid FROM rel)
  UNION ALL
  SELECT 14, sum(hashtextextended(p::text, 0)) FROM pg_publication p
  UNION ALL
  SELECT 15, sum(hashtextextended(p::text, 0)) FROM pg_publication_rel p
  UNION ALL
  SELECT 16, sum(hashtextextended(ROW(oid, stxrelid, stxname, stxnamespace, stxkeys, stxkind)::text, 0)) FROM pg_statistic_ext
  UNION ALL
  SELECT 17, sum(hashtextextended(ROW(oid, extname, extversion)::text, 0)) FROM pg_extension
  UNION ALL
  SELECT 18, sum(hashtextextended(n::text, 0)) FROM pg_namespace n WHERE oid IN (SELECT oid FROM own)
)
SELECT md5(string_agg(kind || ':' || coalesce(hash::text, ''), ' ' ORDER BY kind)) FROM parts

-- name: definitions
-- Texts of the parts of the tables asked; waits for a lock on each table.
SELECT i.indrelid::bigint, 'index', c.relname, pg_get_indexdef(c.oid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = $1::oid
UNION ALL
SELECT conrelid::bigint, 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = $1::oid AND contype IN ('c', 'f', 'n', 'p', 'u', 'x')
UNION ALL
SELECT tgrelid::bigint, 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger
WHERE tgrelid = $1::oid AND NOT tgisinternal
UNION ALL
SELECT ev_class::bigint, CASE rulename WHEN '_RETURN' THEN 'view' ELSE 'rule' END, rulename, pg_get_ruledef(oid)
FROM pg_rewrite WHERE ev_class = $1::oid
UNION ALL
SELECT stxrelid::bigint, 'statistics', stxname, pg_get_statisticsobjdef(oid) FROM pg_statistic_ext
WHERE stxrelid = $1::oid
ORDER BY 2, 3

-- name: identities
SELECT n.nspname, c.relname, c.oid::bigint
FROM unnest($1::text[], $2::text[]) AS asked(schema_name, name)
JOIN pg_namespace n ON n.nspname = asked.schema_name
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = asked.name
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
