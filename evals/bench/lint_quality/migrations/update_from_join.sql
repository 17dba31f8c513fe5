UPDATE orders SET total = sums.total
FROM (SELECT order_id, sum(price * quantity) AS total FROM order_items GROUP BY order_id) AS sums
WHERE orders.id = sums.order_id;
