-- name: partitioning
-- Keys that are expressions are told by the server's own text of the whole key, which has to be cut.
-- Last come the columns of the keys of all depths, which a unique index has to hold; empty for an expression.
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
       p.partexprs IS NOT NULL,
       ARRAY(SELECT DISTINCT coalesce(a.attname::text, '')
             FROM pg_partition_tree(p.partrelid::regclass) t JOIN pg_partitioned_table q ON q.partrelid = t.relid,
                  unnest(q.partattrs::int2[]) AS k(num)
             LEFT JOIN pg_attribute a ON k.num > 0 AND a.attnum = k.num AND a.attrelid = p.partrelid ORDER BY 1)
FROM pg_partitioned_table p WHERE p.partrelid = $1::oid

-- name: tree
-- Every partition below a table, from the top down, with its bounds and the server's word of which rows belong in it.
SELECT n.nspname, c.relname, pn.nspname, p.relname, c.relkind::text, t.level, pg_get_expr(c.relpartbound, c.oid),
       pg_get_partition_constraintdef(c.oid)
FROM pg_partition_tree($1::oid::regclass) t
JOIN pg_class c ON c.oid = t.relid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class p ON p.oid = t.parentrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE t.level > 0
ORDER BY t.level, 1, 2

-- name: indexes
-- The parts of each index of a partitioned table, one for each partition below.
SELECT w.relname, xn.nspname, x.relname, tn.nspname, c.relname
FROM pg_index i JOIN pg_class w ON w.oid = i.indexrelid AND w.relkind = 'I',
     pg_partition_tree(i.indexrelid) t
JOIN pg_class x ON x.oid = t.relid JOIN pg_namespace xn ON xn.oid = x.relnamespace
JOIN pg_index p ON p.indexrelid = x.oid
JOIN pg_class c ON c.oid = p.indrelid JOIN pg_namespace tn ON tn.oid = c.relnamespace
WHERE i.indrelid = $1::oid AND t.level > 0
ORDER BY w.relname, t.level, 4, 5
