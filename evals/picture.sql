-- name: objects
-- Everything of a person's own, as the server itself identifies it; tables' own types and indexes' names included.
WITH ours AS (
  SELECT oid, nspname FROM pg_namespace
  WHERE nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema', 'whimbrel') AND nspname NOT LIKE 'pg\_toast\_temp\_%'
), found AS (
  SELECT 'pg_class'::regclass AS class, c.oid FROM pg_class c JOIN ours ON ours.oid = relnamespace
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid FROM pg_proc p JOIN ours ON ours.oid = pronamespace
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid FROM pg_type t JOIN ours ON ours.oid = typnamespace WHERE typtype IN ('d', 'e', 'r')
  UNION ALL
  SELECT 'pg_namespace'::regclass, oid FROM ours WHERE nspname NOT LIKE 'pg\_temp\_%'
  UNION ALL
  SELECT 'pg_trigger'::regclass, oid FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL
  SELECT 'pg_policy'::regclass, oid FROM pg_policy
  UNION ALL
  SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
  UNION ALL
  SELECT 'pg_extension'::regclass, oid FROM pg_extension
)
SELECT i.type || ' ' || i.identity FROM found, LATERAL pg_identify_object(class, oid, 0) AS i ORDER BY 1
