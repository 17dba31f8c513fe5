-- name: standing
-- What uses the table, each column of it, and its row type; grouped, for one object may depend in several ways.
WITH uses AS (
  SELECT d.classid, d.objid, d.objsubid, d.deptype,
         CASE WHEN d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 THEN d.refobjsubid ELSE 0 END AS num
  FROM pg_depend d
  WHERE (d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid
         OR d.refclassid = 'pg_type'::regclass
            AND d.refobjid IN (SELECT unnest(ARRAY[oid, typarray]) FROM pg_type WHERE typrelid = $1::oid))
    AND NOT (d.classid = 'pg_type'::regclass AND d.deptype = 'i')
    AND NOT (d.classid = 'pg_class'::regclass AND d.objid = $1::oid)
    AND NOT (d.classid = 'pg_class'::regclass
             AND EXISTS (SELECT FROM pg_class WHERE oid = d.objid AND relkind = 't'))
)
SELECT coalesce(a.attname::text, ''),
       CASE WHEN x.relkind IN ('i', 'I') THEN 'index' WHEN x.relkind = 'S' THEN 'sequence'
            ELSE substr(u.classid::regclass::text, 4) END,
       coalesce(CASE WHEN x.relkind IN ('i', 'I') THEN x.relname::text END, s.stxname::text,
                regexp_replace(pg_describe_object(u.classid, u.objid, u.objsubid), '^rule "?_RETURN"? on ', '')),
       bool_or(u.deptype IN ('a', 'i')),
       coalesce(CASE WHEN x.relkind IN ('i', 'I') THEN pg_get_indexdef(x.oid) END,
                pg_get_statisticsobjdef(s.oid), '')
FROM uses u
LEFT JOIN pg_attribute a ON a.attrelid = $1::oid AND a.attnum = u.num AND u.num > 0
LEFT JOIN pg_class x ON u.classid = 'pg_class'::regclass AND x.oid = u.objid
LEFT JOIN pg_statistic_ext s ON u.classid = 'pg_statistic_ext'::regclass AND s.oid = u.objid
GROUP BY u.classid, u.objid, u.objsubid, a.attname, x.oid, x.relkind, x.relname, s.oid, s.stxname
ORDER BY 1, 2, 3

-- name: grants
-- Privileges on the table and on its columns, without the owner's own.
SELECT g.privilege_type, CASE g.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(g.grantee)::text END, g.is_grantable, g.attname
FROM (
  SELECT relowner, '' AS attname, (aclexplode(relacl)).* FROM pg_class WHERE oid = $1::oid
  UNION ALL
  SELECT relowner, a.attname::text, (aclexplode(attacl)).*
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.oid = $1::oid AND attnum > 0 AND NOT attisdropped
) AS g
WHERE g.grantee <> g.relowner
ORDER BY 4, 2, 1

-- name: traits
-- `attcompression` is there from 14 on.
SELECT a.attname::text,
       CASE WHEN a.attcollation <> t.typcollation THEN quote_ident(n.nspname) || '.' || quote_ident(c.collname) END,
       a.attinhcount > 0,
       array_remove(ARRAY[
         CASE WHEN a.attstorage <> t.typstorage THEN 'SET STORAGE ' || CASE a.attstorage
           WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
         CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN 'SET COMPRESSION pglz' WHEN 'l' THEN 'SET COMPRESSION lz4' END,
         CASE WHEN a.attstattarget >= 0 THEN 'SET STATISTICS ' || a.attstattarget END,
         'SET (' || array_to_string(a.attoptions, ', ') || ')'], NULL)
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation c ON c.oid = a.attcollation
LEFT JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum

-- name: partitioning
-- Keys that are expressions are told by the server's own text of the whole key, which has to be cut.
SELECT p.partstrat::text, pg_get_partkeydef(p.partrelid),
       ARRAY(SELECT CASE num WHEN 0 THEN '' ELSE quote_ident(a.attname) END
             FROM unnest(p.partattrs::int2[]) WITH ORDINALITY AS k(num, pos)
             LEFT JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = k.num AND k.num > 0 ORDER BY k.pos),
       ARRAY(SELECT a.attname::text FROM pg_depend d
             JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
             WHERE d.classid = 'pg_class'::regclass AND d.objid = p.partrelid AND d.objsubid = 0
               AND d.refclassid = 'pg_class'::regclass AND d.refobjid = p.partrelid AND d.refobjsubid > 0
             UNION
             SELECT a.attname::text FROM unnest(p.partattrs::int2[]) AS num
             JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = num AND num > 0),
       CASE WHEN p.partexprs IS NULL THEN '' ELSE pg_get_expr(p.partexprs, p.partrelid) END
FROM pg_partitioned_table p WHERE p.partrelid = $1::oid

-- name: partitions
SELECT n.nspname, c.relname, pg_get_expr(c.relpartbound, c.oid), pg_get_partition_constraintdef(c.oid)
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.inhparent = $1::oid AND c.relispartition
ORDER BY n.nspname, c.relname

-- name: partition_of
SELECT n.nspname, c.relname
FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid AND p.relispartition
JOIN pg_class c ON c.oid = i.inhparent JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.inhrelid = $1::oid

-- name: comments
-- Of the table itself (an empty name) and of its columns.
SELECT coalesce(a.attname::text, ''), d.description
FROM pg_description d LEFT JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0
WHERE d.classoid = 'pg_class'::regclass AND d.objoid = $1::oid
ORDER BY 1

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

-- name: schemas
SELECT nspname::text FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' ORDER BY 1
