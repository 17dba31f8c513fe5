UPDATE users SET status = 'inactive' WHERE id BETWEEN 1 AND 1000 AND status = 'active';
