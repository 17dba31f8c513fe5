ALTER TYPE order_state ADD VALUE IF NOT EXISTS 'returned';
UPDATE orders SET state = 'returned' WHERE id = 7;
