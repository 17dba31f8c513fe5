-- name: tables
-- The tables asked, with what resolves their bare names: the schemas that hold a relation of the same name.
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.reltype::bigint,
       ARRAY(SELECT s.nspname::text FROM pg_class o JOIN pg_namespace s ON s.oid = o.relnamespace
             WHERE o.relname = c.relname AND o.relkind IN ('r', 'p', 'v', 'm', 'f') AND o.relpersistence <> 't'),
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)
FROM unnest($1::text[], $2::text[]) AS asked(schema_name, name)
JOIN pg_namespace n ON n.nspname = asked.schema_name
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = asked.name
WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v')

-- name: search_path
SELECT current_schemas(true)::text[]

-- name: views
-- Every step from a relation to a view on it, starting at the tables asked.
WITH RECURSIVE standing (oid) AS (
  SELECT unnest($1::oid[])
  UNION
  SELECT r.ev_class
  FROM standing s
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid AND d.classid = 'pg_rewrite'::regclass
  JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename = '_RETURN'
)
SELECT s.oid::bigint, v.oid::bigint, v.relkind = 'm', format('%I.%I', n.nspname, v.relname),
       array_remove(array_agg(DISTINCT a.attname::text), NULL), bool_or(d.refobjsubid = 0)
FROM standing s
JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid AND d.classid = 'pg_rewrite'::regclass
JOIN pg_rewrite r ON r.oid = d.objid AND r.rulename = '_RETURN'
JOIN pg_class v ON v.oid = r.ev_class JOIN pg_namespace n ON n.oid = v.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = s.oid AND a.attnum = d.refobjsubid AND a.attnum > 0
WHERE v.oid <> s.oid
GROUP BY 1, 2, 3, 4
ORDER BY 4

-- name: depending
-- What pg_depend knows, one row for each dependant and table: rules, policies, triggers, functions with a parsed body,
-- generated columns, defaults, indexes of no constraint, statistics objects, sequences.
WITH used AS (
  SELECT d.classid, d.objid, d.objsubid, d.refobjid AS root,
         array_remove(array_agg(DISTINCT CASE WHEN d.refobjsubid > 0 THEN d.refobjsubid END), NULL) AS numbers,
         min(d.deptype::text) AS deptype
  FROM pg_depend d
  WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = ANY ($1::oid[])
  GROUP BY 1, 2, 3, 4
), told AS (
  SELECT u.root, CASE WHEN r.ev_class = u.root THEN 'rule' ELSE 'rule elsewhere' END AS kind, r.rulename::text AS name,
         CASE WHEN r.ev_class = u.root THEN '' ELSE 'on ' || format('%I.%I', n.nspname, c.relname) END AS note,
         u.numbers
  FROM used u JOIN pg_rewrite r ON u.classid = 'pg_rewrite'::regclass AND r.oid = u.objid AND r.rulename <> '_RETURN'
  JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
  UNION ALL
  SELECT u.root, CASE WHEN p.polrelid = u.root THEN 'policy' ELSE 'policy elsewhere' END, p.polname,
         CASE WHEN p.polrelid = u.root THEN '' ELSE 'on ' || format('%I.%I', n.nspname, c.relname) END, u.numbers
  FROM used u JOIN pg_policy p ON u.classid = 'pg_policy'::regclass AND p.oid = u.objid
  JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  UNION ALL
  SELECT u.root, 'function with a parsed body', format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)),
         'its body is kept parsed (BEGIN ATOMIC), or an argument has a default', u.numbers
  FROM used u JOIN pg_proc p ON u.classid = 'pg_proc'::regclass AND p.oid = u.objid
  JOIN pg_namespace n ON n.oid = p.pronamespace
  UNION ALL
  SELECT u.root, CASE a.attgenerated WHEN '' THEN 'default' ELSE 'generated column' END, a.attname,
         CASE a.attgenerated WHEN '' THEN '' ELSE 'computed from other columns' END, array_remove(u.numbers, a.attnum::int)
  FROM (SELECT classid, objid, root, array_agg(DISTINCT one.number) FILTER (WHERE one.number IS NOT NULL) AS numbers
        FROM used LEFT JOIN unnest(numbers) AS one(number) ON true
        WHERE classid = 'pg_attrdef'::regclass GROUP BY 1, 2, 3) u
  JOIN pg_attrdef d ON d.oid = u.objid
  JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  WHERE a.attgenerated <> ''
  UNION ALL
  -- since 15 a generated column depends on its base columns as a column, not by its expression's row
  SELECT u.root, 'generated column', a.attname, 'computed from other columns', u.numbers
  FROM used u JOIN pg_attribute a ON a.attrelid = u.objid AND a.attnum = u.objsubid AND a.attgenerated <> ''
  WHERE u.classid = 'pg_class'::regclass AND u.objid = u.root
  UNION ALL
  SELECT u.root, 'statistics object', format('%I.%I', n.nspname, s.stxname), '', u.numbers
  FROM used u JOIN pg_statistic_ext s ON u.classid = 'pg_statistic_ext'::regclass AND s.oid = u.objid
  JOIN pg_namespace n ON n.oid = s.stxnamespace
  UNION ALL
  SELECT u.root, CASE u.deptype WHEN 'i' THEN 'identity sequence' ELSE 'owned sequence' END,
         format('%I.%I', n.nspname, c.relname), '', u.numbers
  FROM used u JOIN pg_class c ON u.classid = 'pg_class'::regclass AND c.oid = u.objid AND c.relkind = 'S'
  JOIN pg_namespace n ON n.oid = c.relnamespace
  UNION ALL
  SELECT u.root, 'index', format('%I.%I', n.nspname, c.relname),
         concat_ws(', ', CASE WHEN i.indisunique THEN 'unique' END, CASE WHEN i.indexprs IS NOT NULL THEN 'with an expression' END,
                   CASE WHEN i.indpred IS NOT NULL THEN 'partial' END, CASE WHEN NOT i.indisvalid THEN 'invalid' END), u.numbers
  FROM used u JOIN pg_index i ON u.classid = 'pg_class'::regclass AND i.indexrelid = u.objid
  JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE i.indrelid = u.root
)
SELECT root::bigint, kind, name, note,
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = root AND attnum = ANY (numbers) ORDER BY attnum)
FROM told

-- name: constraints
-- Its own and those of others that point to it.
SELECT conrelid::bigint,
       CASE contype WHEN 'c' THEN 'check constraint' WHEN 'u' THEN 'unique constraint' WHEN 'p' THEN 'primary key'
                    WHEN 'x' THEN 'exclusion constraint' ELSE 'foreign key' END,
       conname::text,
       CASE contype WHEN 'f' THEN 'to ' || (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
                                            JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = confrelid)
                    ELSE '' END,
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey) ORDER BY attnum)
FROM pg_constraint WHERE conrelid = ANY ($1::oid[]) AND contype IN ('c', 'u', 'p', 'x', 'f')
UNION ALL
SELECT confrelid::bigint, 'foreign key from elsewhere', conname,
       'from ' || (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
                   JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = conrelid),
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = confrelid AND attnum = ANY (confkey) ORDER BY attnum)
FROM pg_constraint WHERE confrelid = ANY ($1::oid[]) AND contype = 'f' AND conparentid = 0

-- name: triggers
-- Columns are those of UPDATE OF and WHEN; the function's own use of NEW and OLD is read from its text.
SELECT t.tgrelid::bigint, 'trigger', t.tgname::text, 'runs ' || format('%I.%I()', n.nspname, p.proname),
       ARRAY(SELECT DISTINCT a.attname::text FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
             WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid AND d.refclassid = 'pg_class'::regclass
               AND d.refobjid = t.tgrelid AND d.refobjsubid > 0)
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE t.tgrelid = ANY ($1::oid[]) AND NOT t.tgisinternal

-- name: kinship
-- Inheritance and partitions, both ways, and the columns a table is partitioned by.
SELECT i.inhparent::bigint, CASE WHEN c.relispartition THEN 'partition' ELSE 'inheriting table' END,
       format('%I.%I', n.nspname, c.relname), '',
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = i.inhparent AND attnum > 0 AND NOT attisdropped)
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.inhparent = ANY ($1::oid[]) AND c.relkind IN ('r', 'p', 'f')
UNION ALL
SELECT i.inhrelid::bigint, 'parent', format('%I.%I', n.nspname, c.relname),
       CASE WHEN me.relispartition THEN 'this is a partition of it' ELSE 'this inherits from it' END,
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = i.inhrelid AND attnum > 0 AND NOT attisdropped AND attinhcount > 0)
FROM pg_inherits i JOIN pg_class me ON me.oid = i.inhrelid
JOIN pg_class c ON c.oid = i.inhparent JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.inhrelid = ANY ($1::oid[]) AND c.relkind IN ('r', 'p', 'f')
UNION ALL
-- the catalogue keeps this one the other way round: the column depends on the table
SELECT k.partrelid::bigint, 'partition key', c.relname::text,
       CASE k.partstrat WHEN 'r' THEN 'by range' WHEN 'l' THEN 'by list' ELSE 'by hash' END,
       ARRAY(SELECT DISTINCT a.attname::text FROM pg_depend d
             JOIN pg_attribute a ON a.attrelid = d.objid AND a.attnum = d.objsubid
             WHERE d.classid = 'pg_class'::regclass AND d.objid = k.partrelid AND d.objsubid > 0
               AND d.refclassid = 'pg_class'::regclass AND d.refobjid = k.partrelid AND d.refobjsubid = 0)
FROM pg_partitioned_table k JOIN pg_class c ON c.oid = k.partrelid WHERE k.partrelid = ANY ($1::oid[])

-- name: defaults
SELECT d.adrelid::bigint, 'default', a.attname::text, '', ARRAY[a.attname::text]
FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE d.adrelid = ANY ($1::oid[]) AND a.attgenerated = ''
UNION ALL
SELECT d.adrelid::bigint, 'used sequence', format('%I.%I', n.nspname, s.relname), 'the default of ' || quote_ident(a.attname),
       ARRAY[a.attname::text]
FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
JOIN pg_depend u ON u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid AND u.refclassid = 'pg_class'::regclass
JOIN pg_class s ON s.oid = u.refobjid AND s.relkind = 'S' JOIN pg_namespace n ON n.oid = s.relnamespace
WHERE d.adrelid = ANY ($1::oid[])
  AND NOT EXISTS (SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = s.oid
                  AND o.refclassid = 'pg_class'::regclass AND o.refobjid = d.adrelid AND o.deptype IN ('a', 'i'))

-- name: publications
-- Column lists and row filters (since PostgreSQL 15) show in pg_depend, as the columns they use.
SELECT r.prrelid::bigint,
       CASE WHEN cardinality(used.names) > 0 THEN 'publication of columns or rows' ELSE 'publication' END,
       p.pubname::text, '', used.names
FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
CROSS JOIN LATERAL (SELECT ARRAY(
  SELECT DISTINCT a.attname::text FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  WHERE d.classid = 'pg_publication_rel'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid = r.prrelid AND d.refobjsubid > 0) AS names) AS used
WHERE r.prrelid = ANY ($1::oid[])
UNION ALL
SELECT t.oid::bigint, 'publication of everything', p.pubname, 'for all tables', '{}'::text[]
FROM pg_publication p, pg_class t WHERE p.puballtables AND t.oid = ANY ($1::oid[]) AND t.relkind IN ('r', 'p')

-- name: published_schemas
-- Since PostgreSQL 15.
SELECT t.oid::bigint, 'publication of everything', p.pubname::text, 'for all tables of the schema', '{}'::text[]
FROM pg_publication_namespace pn JOIN pg_publication p ON p.oid = pn.pnpubid
JOIN pg_class t ON t.relnamespace = pn.pnnspid
WHERE t.oid = ANY ($1::oid[]) AND t.relkind IN ('r', 'p')

-- name: small_things
-- Replica identity, privileges, comments, and columns elsewhere that have the table's row type.
SELECT i.indrelid::bigint, 'replica identity', c.relname::text, 'REPLICA IDENTITY USING INDEX',
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = i.indrelid AND attnum = ANY (i.indkey::int2[]) AND attnum > 0)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE i.indrelid = ANY ($1::oid[]) AND i.indisreplident AND t.relreplident = 'i'
UNION ALL
SELECT c.oid::bigint, 'table privileges', c.relname, array_to_string(c.relacl, ' '), '{}'::text[]
FROM pg_class c WHERE c.oid = ANY ($1::oid[]) AND c.relacl IS NOT NULL
UNION ALL
SELECT a.attrelid::bigint, 'column privileges', a.attname, array_to_string(a.attacl, ' '), ARRAY[a.attname::text]
FROM pg_attribute a WHERE a.attrelid = ANY ($1::oid[]) AND a.attacl IS NOT NULL AND NOT a.attisdropped
UNION ALL
SELECT d.objoid::bigint, 'comment', coalesce(a.attname, c.relname), '',
       array_remove(ARRAY[a.attname::text], NULL)
FROM pg_description d JOIN pg_class c ON c.oid = d.objoid
LEFT JOIN pg_attribute a ON a.attrelid = d.objoid AND a.attnum = d.objsubid AND d.objsubid > 0
WHERE d.classoid = 'pg_class'::regclass AND d.objoid = ANY ($1::oid[])
UNION ALL
SELECT t.oid::bigint, 'column of the row type', format('%I.%I.%I', n.nspname, c.relname, a.attname), '',
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped)
FROM pg_class t JOIN pg_type y ON y.oid = t.reltype
JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (y.oid, y.typarray) AND d.classid = 'pg_class'::regclass
JOIN pg_class c ON c.oid = d.objid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
WHERE t.oid = ANY ($1::oid[]) AND d.objsubid > 0
UNION ALL
SELECT t.oid::bigint, 'function with the row type', format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)),
       'takes or returns its rows', '{}'::text[]
FROM pg_class t JOIN pg_type y ON y.oid = t.reltype
JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (y.oid, y.typarray) AND d.classid = 'pg_proc'::regclass
JOIN pg_proc p ON p.oid = d.objid JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE t.oid = ANY ($1::oid[])

-- name: bodies
-- Functions whose text may concern the tables asked: it matches their names ($1, a regular expression), the function
-- runs as a trigger of one of them ($2), or it builds SQL at run time. PostgreSQL has no dependency for such a text.
SELECT p.oid::bigint, format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)), l.lanname::text, p.prosrc,
       coalesce(p.proargmodes::text[], array_fill('i'::text, ARRAY[p.pronargs::int])),
       coalesce(p.proargnames, array_fill(''::text, ARRAY[coalesce(cardinality(p.proallargtypes), p.pronargs)])),
       ARRAY(SELECT CASE WHEN t.typtype = 'b' AND t.typnamespace = 'pg_catalog'::regnamespace THEN format_type(t.oid, NULL)
                         ELSE 'record' END
             FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS given(type, pos)
             JOIN pg_type t ON t.oid = given.type ORDER BY pos),
       CASE WHEN p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype, 'void'::regtype)
            THEN format_type(p.prorettype, NULL)
            WHEN p.prokind = 'p' THEN 'void'
            ELSE (CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END) || 'record' END,
       (SELECT substr(setting, 13) FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search\_path=%'),
       ARRAY(SELECT t.tgrelid::bigint FROM pg_trigger t
             WHERE t.tgfoid = p.oid AND NOT t.tgisinternal AND t.tgrelid = ANY ($2::oid[])),
       ARRAY(SELECT format('%I on %I.%I', t.tgname, m.nspname, c.relname) FROM pg_trigger t
             JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace m ON m.oid = c.relnamespace
             WHERE t.tgfoid = p.oid AND NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgrelid <> ALL ($2::oid[])),
       p.prosrc ~* $1
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'whimbrel') AND l.lanname NOT IN ('c', 'internal')
  AND p.prosrc <> ''
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e')
  AND (p.prosrc ~* $1
       OR l.lanname = 'plpgsql' AND p.prosrc ~* '\mexecute\M'
       OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = p.oid AND t.tgrelid = ANY ($2::oid[]) AND NOT t.tgisinternal))
ORDER BY 2
