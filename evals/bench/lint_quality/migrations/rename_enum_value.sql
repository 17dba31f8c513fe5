ALTER TYPE order_state RENAME VALUE 'new' TO 'open';
