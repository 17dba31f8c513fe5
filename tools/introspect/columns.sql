-- name: columns
-- What the structure of a table does not say of its columns; `attcompression` is there from 14 on.
SELECT a.attname::text,
       CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
            THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) ELSE '' END,
       a.attinhcount > 0,
       array_remove(ARRAY[
         CASE WHEN a.attstorage <> t.typstorage THEN 'SET STORAGE ' || CASE a.attstorage
           WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
         CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN 'SET COMPRESSION pglz' WHEN 'l' THEN 'SET COMPRESSION lz4' END,
         CASE WHEN a.attstattarget >= 0 THEN 'SET STATISTICS ' || a.attstattarget END,
         'SET (' || array_to_string(a.attoptions, ', ') || ')'], NULL)
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum

-- name: sequences
-- The sequences that belong to columns: of a serial (a) and of an identity (i).
SELECT a.attname::text, n.nspname::text, c.relname::text, format_type(s.seqtypid, NULL),
       format('INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s', seqincrement,
              seqmin, seqmax, seqstart, seqcache) || CASE WHEN seqcycle THEN ' CYCLE' ELSE '' END
FROM pg_depend d
JOIN pg_sequence s ON s.seqrelid = d.objid
JOIN pg_class c ON c.oid = d.objid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid
  AND d.deptype IN ('a', 'i')

-- name: grants
-- Privileges on the table (an empty name) and on its columns, without the owner's own.
SELECT g.attname, g.privilege_type, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
       g.is_grantable
FROM (
  SELECT relowner, 0 AS attnum, '' AS attname, (aclexplode(relacl)).* FROM pg_class WHERE oid = $1::oid
  UNION ALL
  SELECT relowner, a.attnum, a.attname::text, (aclexplode(attacl)).*
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.oid = $1::oid AND attnum > 0 AND NOT attisdropped
) AS g
WHERE g.grantee <> g.relowner
ORDER BY g.attnum, 3, 2
