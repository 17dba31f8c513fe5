CREATE OR REPLACE VIEW recent_orders AS SELECT id, user_id, total FROM orders WHERE placed_at > now() - interval '7 days';
