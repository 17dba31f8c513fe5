-- name: columns
-- What the structure of a table does not say of its columns.
SELECT a.attname::text,
       CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
            THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) ELSE '' END,
       col_description(a.attrelid, a.attnum), a.attinhcount > 0
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
-- Privileges on single columns; those of the whole table hold for every column anyway.
SELECT a.attname::text, g.privilege_type, coalesce(quote_ident(r.rolname), 'PUBLIC'), g.is_grantable
FROM pg_attribute a, aclexplode(a.attacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum, 3, 2

-- name: users
-- What stands on single columns, other than plain constraints and the columns' own defaults.
SELECT DISTINCT a.attname::text,
       CASE d.classid
         WHEN 'pg_rewrite'::regclass THEN CASE WHEN r.rulename = '_RETURN' THEN 'view' ELSE 'rule' END
         WHEN 'pg_policy'::regclass THEN 'policy'
         WHEN 'pg_attrdef'::regclass THEN 'generated column'
         WHEN 'pg_trigger'::regclass THEN 'trigger'
         WHEN 'pg_proc'::regclass THEN 'function'
         WHEN 'pg_publication_rel'::regclass THEN 'publication'
         WHEN 'pg_statistic_ext'::regclass THEN 'statistics object'
         ELSE 'index' END,
       CASE d.classid
         WHEN 'pg_rewrite'::regclass THEN CASE WHEN r.rulename = '_RETURN' THEN r.ev_class::regclass::text
                                          ELSE r.rulename::text || ' on ' || r.ev_class::regclass::text END
         WHEN 'pg_policy'::regclass THEN p.polname::text || ' on ' || p.polrelid::regclass::text
         WHEN 'pg_attrdef'::regclass THEN g.attname::text
         WHEN 'pg_trigger'::regclass THEN t.tgname::text
         WHEN 'pg_proc'::regclass THEN d.objid::regprocedure::text
         WHEN 'pg_publication_rel'::regclass THEN b.pubname::text
         WHEN 'pg_statistic_ext'::regclass THEN s.stxname::text
         ELSE c.relname::text END
FROM pg_depend d
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
LEFT JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
LEFT JOIN pg_attribute g ON g.attrelid = f.adrelid AND g.attnum = f.adnum
LEFT JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
LEFT JOIN pg_publication_rel e ON d.classid = 'pg_publication_rel'::regclass AND e.oid = d.objid
LEFT JOIN pg_publication b ON b.oid = e.prpubid
LEFT JOIN pg_statistic_ext s ON d.classid = 'pg_statistic_ext'::regclass AND s.oid = d.objid
LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid AND d.refobjsubid > 0
  AND NOT (d.classid = 'pg_attrdef'::regclass AND f.adnum = d.refobjsubid)
  AND (r.oid IS NOT NULL OR p.oid IS NOT NULL OR f.oid IS NOT NULL OR t.oid IS NOT NULL OR b.oid IS NOT NULL
       OR s.oid IS NOT NULL OR d.classid = 'pg_proc'::regclass OR c.relkind IN ('i', 'I'))
UNION
SELECT a.attname::text, 'replica identity', i.indexrelid::regclass::text FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
WHERE i.indrelid = $1::oid AND i.indisreplident
UNION
SELECT a.attname::text, 'partition key', '' FROM pg_partitioned_table k
JOIN pg_attribute a ON a.attrelid = k.partrelid
WHERE k.partrelid = $1::oid AND (a.attnum = ANY (k.partattrs::int2[])
  OR strpos(coalesce(pg_get_expr(k.partexprs, k.partrelid), ''), quote_ident(a.attname)) > 0)
ORDER BY 1, 2, 3

-- name: referencing
-- Foreign keys that point here; the parts on partitions belong to their whole.
SELECT n.nspname::text, c.relname::text, k.conname::text, pg_get_constraintdef(k.oid), k.convalidated,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS x(num, pos)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.num ORDER BY x.pos),
       ARRAY(SELECT format_type(a.atttypid, a.atttypmod) FROM unnest(k.conkey) WITH ORDINALITY AS x(num, pos)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.num ORDER BY x.pos),
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS x(num, pos)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.num ORDER BY x.pos)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.confrelid = $1::oid AND k.contype = 'f' AND k.conparentid = 0
ORDER BY 1, 2, 3
