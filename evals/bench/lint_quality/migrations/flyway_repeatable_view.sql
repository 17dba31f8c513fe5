CREATE OR REPLACE VIEW product_list AS
SELECT p.id, p.title, c.name AS category FROM products p LEFT JOIN categories c ON c.id = p.category_id;
GRANT SELECT ON product_list TO PUBLIC;
