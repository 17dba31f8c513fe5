-- name: operator_classes
-- What an index of a method can sort or search values of a type by; the server's default first.
SELECT o.opcname::text
FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod JOIN pg_type t ON t.oid = $2::oid
WHERE m.amname = $1 AND (o.opcintype = t.oid
  OR o.opcintype = CASE t.typcategory WHEN 'A' THEN 'anyarray' WHEN 'E' THEN 'anyenum' WHEN 'R' THEN 'anyrange' END::regtype
  OR EXISTS (SELECT FROM pg_cast WHERE castsource = t.oid AND casttarget = o.opcintype AND castmethod = 'b'))
ORDER BY NOT o.opcdefault, 1

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
