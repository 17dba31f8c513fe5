CREATE STATISTICS orders_state_status (dependencies) ON state, status FROM orders;
