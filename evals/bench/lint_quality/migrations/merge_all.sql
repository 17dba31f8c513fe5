MERGE INTO products USING categories ON categories.id = products.category_id
WHEN MATCHED THEN UPDATE SET title = products.title || ' (' || categories.name || ')';
