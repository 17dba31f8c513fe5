UPDATE users SET status = 'active' WHERE true;
